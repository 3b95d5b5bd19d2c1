package io.sluice.cache.http;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The directives of {@code Cache-Control} (RFC 9111 §5.2): names in any case, arguments as tokens or quoted, several
 * lines as one list. What cannot be read is skipped up to the next comma; a quote that does not end may hide anything, and
 * counts as {@code no-store}.
 */
public final class CacheControl {
    /** What a number that is too large stands for, in seconds (RFC 9111 §1.2.2). */
    static final long LARGEST = 1L << 31;

    private final Map<String, String> directives = new HashMap<>();

    private CacheControl() {}

    public static CacheControl parse(List<String> lines) {
        CacheControl control = new CacheControl();
        for (String line : lines) {
            control.read(line);
        }
        return control;
    }

    private void read(String line) {
        int at = 0;
        while (at < line.length()) {
            StringBuilder argument = new StringBuilder();
            int start = at;
            while (at < line.length() && line.charAt(at) != ',' && line.charAt(at) != '=') {
                at++;
            }
            String name = line.substring(start, at).strip().toLowerCase(Locale.ROOT);
            boolean quoted = false;
            while (at < line.length() && (quoted || line.charAt(at) != ',')) {
                char c = line.charAt(at++);
                if (c == '"') {
                    quoted = !quoted;
                } else if (c == '\\' && quoted && at < line.length()) {
                    argument.append(line.charAt(at++));
                } else {
                    argument.append(c);
                }
            }
            at++;
            if (quoted) {
                directives.put("no-store", "");
            }
            if (!name.isEmpty()) {
                String value =
                        argument.length() == 0 ? "" : argument.substring(1).strip();
                directives.merge(name, value, CacheControl::stricter);
            }
        }
    }

    /** A directive given twice: the more restrictive one (RFC 9111 §4.2.1). */
    private static String stricter(String one, String other) {
        return seconds(one) <= seconds(other) ? one : other;
    }

    public boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** Seconds; 0 for a value that is no number, so that the response counts as stale; -1 when absent. */
    public long seconds(Directive directive) {
        String value = directives.get(directive.text);
        return value == null ? -1 : seconds(value);
    }

    private static long seconds(String value) {
        long read = number(value);
        return Math.max(0, read);
    }

    /** Delta-seconds (RFC 9111 §1.2.2); -1 for anything else. */
    static long number(String value) {
        if (value.isEmpty()) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = Math.min(LARGEST, number * 10 + c - '0');
        }
        return number;
    }

    /** Directives that carry seconds. */
    public enum Directive {
        MAX_AGE("max-age"),
        S_MAXAGE("s-maxage"),
        MIN_FRESH("min-fresh"),
        STALE_WHILE_REVALIDATE("stale-while-revalidate"),
        STALE_IF_ERROR("stale-if-error");

        private final String text;

        Directive(String text) {
            this.text = text;
        }
    }
}
