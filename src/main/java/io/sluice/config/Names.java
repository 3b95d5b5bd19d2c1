package io.sluice.config;

/** What may be a name. */
final class Names {
    static final String ACCEPTED = "letters, digits, '.', '_' and '-', at most 64, a letter, a digit or '_' first";

    private Names() {}

    /** The name of a limit or a route: what may stand in a header, a metric and a key unquoted. */
    static boolean isName(String text) {
        if (text.isEmpty() || text.length() > 64 || text.charAt(0) == '.' || text.charAt(0) == '-') {
            return false;
        }
        return text.chars().allMatch(c -> isAlphanumeric(c) || c == '.' || c == '_' || c == '-');
    }

    /** A token of HTTP (RFC 9110 §5.6.2): the name of a header, a cookie or a method. */
    static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> isAlphanumeric(c) || (c > 32 && c < 127 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0));
    }

    /** A query parameter's name; without {@code =}, {@code &} and controls, so that it stands for itself in a key. */
    static boolean isQueryName(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 32 && c != 127 && c != '=' && c != '&');
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
