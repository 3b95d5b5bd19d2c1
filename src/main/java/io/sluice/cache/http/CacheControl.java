package io.sluice.cache.http;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The directives that a shared cache goes by: of {@code CDN-Cache-Control} where it says something (RFC 9213), else of
 * {@code Cache-Control} (RFC 9111 §5.2).
 *
 * <p>{@code Cache-Control} has names in any case, arguments as tokens or quoted, and several lines as one list. What
 * cannot be read is skipped up to the next comma; a quote that does not end may hide anything, and counts as
 * {@code no-store}. {@code CDN-Cache-Control} is a structured field, which is valid as a whole or not there.
 */
public final class CacheControl {
    /** What a number that is too large stands for, in seconds (RFC 9111 §1.2.2). */
    static final long LARGEST = 1L << 31;

    /** Directives whose argument lists field names (RFC 9111 §5.2.2.4, §5.2.2.7). */
    private static final Set<String> FIELD_LISTS = Set.of("no-cache", "private");

    /** Directives that allow something: only what is certainly meant does. */
    private static final Set<String> PERMISSIONS = Set.of("public", "must-understand");

    /** By name, in lower case; empty for one without an argument. */
    private final Map<String, String> directives = new HashMap<>();

    private final boolean targeted;
    private boolean unreadable;

    private CacheControl(boolean targeted) {
        this.targeted = targeted;
    }

    /** @param headers the response's field lines by name, empty where absent */
    public static CacheControl of(Function<String, List<String>> headers) {
        CacheControl targeted = targeted(headers.apply("cdn-cache-control"));
        return targeted == null ? parse(headers.apply("cache-control")) : targeted;
    }

    static CacheControl parse(List<String> lines) {
        CacheControl control = new CacheControl(false);
        lines.forEach(control::read);
        return control;
    }

    /** Null where the field is absent, empty or invalid: then it is as if it were not there (RFC 9213 §2.1). */
    private static @Nullable CacheControl targeted(List<String> lines) {
        Map<String, Object> members = lines.isEmpty() ? null : StructuredFields.dictionary(lines);
        if (members == null || members.isEmpty()) {
            return null;
        }
        CacheControl control = new CacheControl(true);
        members.forEach(control::take);
        return control;
    }

    private void take(String name, Object value) {
        if (value.equals(false) || PERMISSIONS.contains(name) && !value.equals(true)) {
            return;
        }
        String argument;
        if (FIELD_LISTS.contains(name)) {
            argument = value instanceof String names ? names : "";
        } else {
            argument = value instanceof Long number ? number.toString() : "";
        }
        directives.put(name, argument);
    }

    private void read(String line) {
        int at = 0;
        while (at < line.length()) {
            int start = at;
            while (at < line.length() && line.charAt(at) != ',' && line.charAt(at) != '=') {
                at++;
            }
            String name = line.substring(start, at).strip().toLowerCase(Locale.ROOT);
            int equals = at;
            boolean quoted = false;
            for (; at < line.length() && (quoted || line.charAt(at) != ','); at++) {
                char c = line.charAt(at);
                if (c == '"') {
                    quoted = !quoted;
                } else if (c == '\\' && quoted) {
                    at++;
                }
            }
            if (quoted) {
                unreadable = true;
                directives.put("no-store", "");
            }
            int end = Math.min(at, line.length());
            String argument = equals < end ? line.substring(equals + 1, end).strip() : "";
            if (!name.isEmpty()) {
                directives.merge(
                        name,
                        unquoted(argument),
                        FIELD_LISTS.contains(name) ? CacheControl::both : (first, other) -> first);
            }
            at++;
        }
    }

    /** What a quoted string holds (RFC 9110 §5.6.4); anything else as it is, with the quotes that it has. */
    private static String unquoted(String argument) {
        if (!argument.startsWith("\"")) {
            return argument;
        }
        StringBuilder text = new StringBuilder(argument.length());
        for (int i = 1; i < argument.length(); i++) {
            char c = argument.charAt(i);
            if (c == '"') {
                return i == argument.length() - 1 ? text.toString() : argument;
            }
            if (c == '\\' && ++i == argument.length()) {
                break;
            }
            text.append(argument.charAt(i));
        }
        return argument;
    }

    /** Field names given twice: all of them; without names once, everything is meant. */
    private static String both(String one, String other) {
        return one.isEmpty() || other.isEmpty() ? "" : one + ',' + other;
    }

    /** Whether {@code Cache-Control} and {@code Expires} have no say (RFC 9213 §2.2). */
    boolean isTargeted() {
        return targeted;
    }

    public boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** Whether a directive is there without an argument. */
    boolean isBare(String directive) {
        return "".equals(directives.get(directive));
    }

    /** Whether a quote did not end, so that any directive may be in it. */
    boolean isUnreadable() {
        return unreadable;
    }

    /**
     * The field names, in lower case, that {@code no-cache} or {@code private} is limited to. Null where it means the
     * whole response, also because of an argument that is no list of names; empty where it is absent.
     */
    @Nullable
    List<String> fields(String directive) {
        String argument = directives.get(directive);
        if (argument == null) {
            return List.of();
        }
        List<String> names = FieldNames.of(List.of(argument));
        return names.isEmpty() || !names.stream().allMatch(FieldNames::isToken) ? null : names;
    }

    /** Seconds; 0 for a value that is no number, so that the response counts as stale; -1 when absent. */
    public long seconds(Directive directive) {
        String value = directives.get(directive.text);
        return value == null ? -1 : seconds(value);
    }

    private static long seconds(String value) {
        return Math.max(0, number(value));
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
        MAX_STALE("max-stale"),
        STALE_WHILE_REVALIDATE("stale-while-revalidate"),
        STALE_IF_ERROR("stale-if-error");

        private final String text;

        Directive(String text) {
            this.text = text;
        }
    }
}
