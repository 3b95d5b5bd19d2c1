package io.sluice.limit;

/**
 * The length a quota is for.
 *
 * @param micros the length in microseconds, a whole number of seconds; for a calendar month the longest, 31 days
 * @param calendarMonth whether the window is the calendar month in UTC (only {@code fixed-window})
 */
public record Window(long micros, boolean calendarMonth) {
    private static final long SECOND = 1_000_000;

    public Window {
        if (micros <= 0 || micros % SECOND != 0) {
            throw new IllegalArgumentException("a window is a positive number of whole seconds: " + micros + " µs");
        }
    }

    public static Window ofSeconds(long seconds) {
        return new Window(Math.multiplyExact(seconds, SECOND), false);
    }

    public static Window month() {
        return new Window(31 * 86_400 * SECOND, true);
    }

    public long seconds() {
        return micros / SECOND;
    }
}
