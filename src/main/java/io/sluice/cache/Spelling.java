package io.sluice.cache;

/**
 * The plain spelling of values that have several: {@code 042} and {@code 42} are one integer, a UUID in capitals is the
 * same UUID. Whoever tells of a changed row spells it plainly.
 */
public final class Spelling {
    private static final int UUID_LENGTH = 36;

    private Spelling() {}

    /** @return the same text where there is only one spelling */
    public static String plain(String value) {
        return isInteger(value) ? integer(value) : isUuid(value) ? lower(value) : value;
    }

    private static boolean isInteger(String value) {
        int start = value.startsWith("-") ? 1 : 0;
        for (int i = start; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return value.length() > start;
    }

    private static String integer(String value) {
        boolean negative = value.charAt(0) == '-';
        int from = negative ? 1 : 0;
        while (from < value.length() - 1 && value.charAt(from) == '0') {
            from++;
        }
        String digits = value.substring(from);
        return negative && !digits.equals("0") ? '-' + digits : digits;
    }

    private static boolean isUuid(String value) {
        if (value.length() != UUID_LENGTH) {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = value.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            boolean hex = c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
            if (dash ? c != '-' : !hex) {
                return false;
            }
        }
        return true;
    }

    private static String lower(String value) {
        StringBuilder out = new StringBuilder(value);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= 'A' && c <= 'F') {
                out.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return out.toString();
    }
}
