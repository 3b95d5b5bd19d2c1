package io.sluice.limit;

/** Calendar-aligned windows in UTC; instants in µs since 1970, window 0 is the month. */
final class Calendar {
    private static final long DAY = 86_400_000_000L;

    private Calendar() {}

    /** The first instant of the window that holds {@code t}. */
    static long start(long window, long t) {
        return window == 0 ? monthStart(months(t)) : Math.floorDiv(t, window) * window;
    }

    /** The first instant after the window that holds {@code t}. */
    static long end(long window, long t) {
        return window == 0 ? monthStart(months(t) + 1) : (Math.floorDiv(t, window) + 1) * window;
    }

    /**
     * Months since March of year 0, when counting years from March, so that the leap day is the last of its year
     * (Hinnant, "chrono-compatible low-level date algorithms", civil_from_days).
     */
    private static long months(long t) {
        long z = Math.floorDiv(t, DAY) + 719_468;
        long era = Math.floorDiv(z, 146_097);
        long dayOfEra = z - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        return (era * 400 + yearOfEra) * 12 + (5 * dayOfYear + 2) / 153;
    }

    /** The same source's days_from_civil, for the first of the month. */
    private static long monthStart(long months) {
        long year = Math.floorDiv(months, 12);
        long month = months - year * 12;
        long era = Math.floorDiv(year, 400);
        long yearOfEra = year - era * 400;
        long dayOfYear = (153 * month + 2) / 5;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return (era * 146_097 + dayOfEra - 719_468) * DAY;
    }
}
