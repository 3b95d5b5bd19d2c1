package io.sluice.route;

import org.jspecify.annotations.Nullable;

/** What a request's path may be. */
public final class RequestPath {
    private RequestPath() {}

    /**
     * Refuses what two parties may read differently: {@code %00}, control bytes, dot segments (also encoded, at any
     * depth), broken percent-encoding, a fragment, a path not in origin form. For dot segments a backslash and an
     * encoded slash end a segment too, and {@code ;} ends its name, since some servers read them so.
     *
     * @param rawPath the path as it came, without the query
     * @return null when it is fine, else what is wrong with it, for the problem document
     */
    public static @Nullable String check(String rawPath) {
        int length = rawPath.length();
        if (length == 0 || rawPath.charAt(0) != '/') {
            return "the path does not start with '/'";
        }
        boolean atStart = true;
        for (int i = 0; i < length; ) {
            char c = rawPath.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '#') {
                return c == '#' ? "a fragment in the path" : "a space or control character in the path";
            }
            if (c != '%') {
                if (atStart && c == '.' && isDots(rawPath, i)) {
                    return "a dot segment in the path";
                }
                atStart = c == '/' || c == '\\';
                i++;
                continue;
            }
            int first = octet(rawPath, i);
            if (first < 0) {
                return "broken percent-encoding in the path";
            }
            if (first < ' ' || first == 0x7f) {
                return "an encoded control character in the path";
            }
            int next = next(rawPath, i);
            int deep = value(rawPath, i, next);
            if (atStart && deep == '.' && isDots(rawPath, i)) {
                return "an encoded dot segment in the path";
            }
            atStart = deep == '/' || deep == '\\';
            // Only this octet is taken: of %25zz the rest is plain text.
            i = next > i + 3 && (deep == '/' || deep == '\\' || deep == '.') ? next : i + 3;
        }
        return null;
    }

    /** Whether the segment that starts here is {@code .} or {@code ..}, each dot in any encoding. */
    private static boolean isDots(String path, int from) {
        int at = from;
        for (int dots = 0; at < path.length(); dots++) {
            int next = next(path, at);
            int value = value(path, at, next);
            if (value != '.') {
                return value == '/' || value == '\\' || value == ';';
            }
            if (dots == 2) {
                return false;
            }
            at = next;
        }
        return true;
    }

    /** Past the character at {@code at}, where {@code %}, any number of {@code 25}, and two digits are one character. */
    private static int next(String path, int at) {
        if (path.charAt(at) != '%') {
            return at + 1;
        }
        int digits = at + 1;
        while (path.startsWith("25", digits) && hex(path, digits + 2) >= 0 && hex(path, digits + 3) >= 0) {
            digits += 2;
        }
        return Math.min(digits + 2, path.length());
    }

    private static int value(String path, int at, int next) {
        return next == at + 1 ? path.charAt(at) : hex(path, next - 2) << 4 | hex(path, next - 1);
    }

    /** The octet of the percent-encoding at {@code at}, or a negative number. */
    static int octet(String path, int at) {
        int high = hex(path, at + 1);
        int low = hex(path, at + 2);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int hex(String path, int at) {
        if (at >= path.length()) {
            return -1;
        }
        char c = path.charAt(at);
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
