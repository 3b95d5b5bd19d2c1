package io.sluice.cache.http;

import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code Range} field for a representation that is here (RFC 9110 §14.1.2). What asks for more than one part, in
 * another unit, or against the grammar is ignored, as §14.2 allows.
 */
public final class Ranges {
    private static final String UNIT = "bytes=";

    private Ranges() {}

    /**
     * @param field lines joined by a comma
     * @param length of the whole representation
     */
    public static ByteRange of(String field, int length) {
        String spec = only(field);
        if (spec == null) {
            return ByteRange.WHOLE;
        }
        int dash = spec.indexOf('-');
        if (dash < 0) {
            return ByteRange.WHOLE;
        }
        String first = spec.substring(0, dash);
        String last = spec.substring(dash + 1);
        return first.isEmpty()
                ? suffix(CacheControl.number(last), length)
                : part(CacheControl.number(first), last.isEmpty() ? Long.MAX_VALUE : CacheControl.number(last), length);
    }

    /** The one range that the field lists; null for none or several. Empty elements of a list count for nothing (§5.6.1.2). */
    private static @Nullable String only(String field) {
        if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        String only = null;
        int from = UNIT.length();
        while (from <= field.length()) {
            int comma = field.indexOf(',', from);
            int to = comma < 0 ? field.length() : comma;
            String spec = field.substring(from, to).strip();
            if (!spec.isEmpty()) {
                if (only != null) {
                    return null;
                }
                only = spec;
            }
            from = to + 1;
        }
        return only;
    }

    /** {@code -n}: the last n bytes, or all there are; negative for what is no number. */
    private static ByteRange suffix(long count, int length) {
        if (count == 0) {
            return new ByteRange.Unsatisfiable(length);
        }
        // The last bytes of nothing are nothing, which no Content-Range can say.
        return count < 0 || length == 0
                ? ByteRange.WHOLE
                : new ByteRange.Part((int) Math.max(0, length - count), length - 1, length);
    }

    /** {@code first-last}; negative for what is no number. */
    private static ByteRange part(long first, long last, int length) {
        if (first < 0 || last < first) {
            return ByteRange.WHOLE;
        }
        return first >= length
                ? new ByteRange.Unsatisfiable(length)
                : new ByteRange.Part((int) first, (int) Math.min(last, length - 1), length);
    }
}
