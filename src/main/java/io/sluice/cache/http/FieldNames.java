package io.sluice.cache.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lists of field names, as {@code Vary}, {@code Connection} and some directives have them (RFC 9110 §5.6.1). */
public final class FieldNames {
    private FieldNames() {}

    /** The names in lower case, each once, in their order; empty elements are none. */
    public static List<String> of(List<String> lines) {
        List<String> names = new ArrayList<>();
        for (String line : lines) {
            int from = 0;
            while (from <= line.length()) {
                int comma = line.indexOf(',', from);
                int to = comma < 0 ? line.length() : comma;
                String name = line.substring(from, to).strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !names.contains(name)) {
                    names.add(name);
                }
                from = to + 1;
            }
        }
        return List.copyOf(names);
    }

    /** Whether this may be the name of a field: a token (RFC 9110 §5.6.2). */
    static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
