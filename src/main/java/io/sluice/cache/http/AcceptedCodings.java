package io.sluice.cache.http;

import org.jspecify.annotations.Nullable;

/** Which of gzip and no coding at all a client takes, and which first (RFC 9110 §12.5.3). */
public enum AcceptedCodings {
    IDENTITY(false, true),
    IDENTITY_FIRST(true, true),
    GZIP_FIRST(true, true),
    GZIP(true, false);

    private static final int UNSAID = -1;

    private final boolean gzip;
    private final boolean identity;

    AcceptedCodings(boolean gzip, boolean identity) {
        this.gzip = gzip;
        this.identity = identity;
    }

    public boolean gzip() {
        return gzip;
    }

    public boolean identity() {
        return identity;
    }

    /** Whether gzip is what it gets where there is the choice. */
    public boolean prefersGzip() {
        return this == GZIP_FIRST || this == GZIP;
    }

    /**
     * Reads {@code Accept-Encoding}; allocates nothing. No field would allow any coding, but clients that say nothing are mostly those
     * that know none; who takes neither gets no coding, as §12.5.3 has it. What comes twice counts as its least, and a weight that is
     * none as 0.
     *
     * @param field lines joined by a comma; null where absent
     */
    public static AcceptedCodings of(@Nullable String field) {
        if (field == null) {
            return IDENTITY;
        }
        int gzip = UNSAID;
        int identity = UNSAID;
        int any = UNSAID;
        int from = 0;
        while (from < field.length()) {
            int comma = field.indexOf(',', from);
            int to = comma < 0 ? field.length() : comma;
            int start = skip(field, from, to);
            int end = tokenEnd(field, start, to);
            if (is("gzip", field, start, end) || is("x-gzip", field, start, end)) {
                gzip = least(gzip, weight(field, end, to));
            } else if (is("identity", field, start, end)) {
                identity = least(identity, weight(field, end, to));
            } else if (is("*", field, start, end)) {
                any = least(any, weight(field, end, to));
            }
            from = to + 1;
        }
        return of(gzip == UNSAID ? Math.max(0, any) : gzip, identity == UNSAID ? unnamed(any) : identity);
    }

    private static AcceptedCodings of(int gzip, int identity) {
        if (gzip == 0) {
            return IDENTITY;
        } else if (identity == 0) {
            return GZIP;
        }
        return gzip >= identity ? GZIP_FIRST : IDENTITY_FIRST;
    }

    /** No coding is acceptable unless that is excluded, behind everything that was named. */
    private static int unnamed(int any) {
        return any == UNSAID ? 1 : any;
    }

    private static int least(int one, int other) {
        return one == UNSAID ? other : Math.min(one, other);
    }

    private static boolean is(String name, String field, int start, int end) {
        return end - start == name.length() && field.regionMatches(true, start, name, 0, name.length());
    }

    /** The weight in thousandths (§12.4.2): 1000 where there is none. */
    private static int weight(String field, int from, int to) {
        int at = skip(field, from, to);
        if (at == to) {
            return 1000;
        }
        if (field.charAt(at) != ';') {
            return 0;
        }
        at = skip(field, at + 1, to);
        if (!field.regionMatches(true, at, "q=", 0, 2)) {
            return 0;
        }
        int end = tokenEnd(field, at, to);
        return skip(field, end, to) == to ? thousandths(field, at + 2, end) : 0;
    }

    private static int thousandths(String field, int from, int to) {
        int length = to - from;
        if (length < 1 || length > 5 || length > 1 && field.charAt(from + 1) != '.') {
            return 0;
        }
        int weight = 0;
        int unit = 1000;
        for (int i = from; i < to; i++) {
            if (i == from + 1) {
                continue;
            }
            int digit = field.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            weight += digit * unit;
            unit /= 10;
        }
        return weight <= 1000 ? weight : 0;
    }

    private static int tokenEnd(String field, int from, int to) {
        int at = from;
        while (at < to && field.charAt(at) != ';' && field.charAt(at) != ' ' && field.charAt(at) != '\t') {
            at++;
        }
        return at;
    }

    private static int skip(String field, int from, int to) {
        int at = from;
        while (at < to && (field.charAt(at) == ' ' || field.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }
}
