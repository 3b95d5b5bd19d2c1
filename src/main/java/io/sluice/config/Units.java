package io.sluice.config;

import org.jspecify.annotations.Nullable;

/** Numbers with and without units. */
final class Units {
    private static final long SECOND = 1_000_000;
    /** No duration of a gateway is longer than ten years, and sums of several stay far from overflow. */
    private static final long LONGEST = 3_650 * 86_400 * SECOND;

    private Units() {}

    /** A decimal whole number, or null. */
    static @Nullable Long number(String text) {
        boolean negative = text.startsWith("-");
        Long digits = digits(text, negative ? 1 : 0, text.length());
        return digits == null ? null : negative ? Long.valueOf(-digits) : digits;
    }

    /** {@code 1}, {@code 0.5}: at most 100, positive, up to three decimals; else null. */
    static @Nullable Double factor(String text) {
        int point = text.indexOf('.');
        Long whole = digits(text, 0, point < 0 ? text.length() : point);
        Long decimals = point < 0 ? Long.valueOf(0) : digits(text, point + 1, text.length());
        if (whole == null || decimals == null || point >= 0 && text.length() - point > 4) {
            return null;
        }
        double value = Double.parseDouble(text);
        return value > 0 && value <= 100 ? value : null;
    }

    /** {@code 500ms}, {@code 60s}, {@code 10m}, {@code 1h}, {@code 1d} in microseconds, positive; else null. */
    static @Nullable Long micros(String text) {
        int end = digitsEnd(text);
        long unit = switch (text.substring(end)) {
            case "ms" -> 1_000;
            case "s" -> SECOND;
            case "m" -> 60 * SECOND;
            case "h" -> 3_600 * SECOND;
            case "d" -> 86_400 * SECOND;
            default -> 0;
        };
        Long count = digits(text, 0, end);
        return unit == 0 || count == null || count == 0 || count > LONGEST / unit ? null : Long.valueOf(count * unit);
    }

    /** {@code 100B}, {@code 512KiB}, {@code 1MiB}, {@code 1GiB} in bytes, positive; else null. */
    static @Nullable Long bytes(String text) {
        int end = digitsEnd(text);
        int shift = switch (text.substring(end)) {
            case "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> -1;
        };
        Long count = digits(text, 0, end);
        return shift < 0 || count == null || count == 0 || count > (1L << 50) >> shift
                ? null
                : Long.valueOf(count << shift);
    }

    private static int digitsEnd(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static @Nullable Long digits(String text, int from, int to) {
        if (to <= from || to - from > 18) {
            return null;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return null;
            }
        }
        return Long.valueOf(text.substring(from, to));
    }
}
