package io.sluice.origin.postgres;

import java.util.concurrent.TimeUnit;

/**
 * One of those that a request may have, all within its time.
 *
 * @param nth 0: the first
 * @param until nanoseconds of this process
 */
record Attempt(int nth, long until) {
    static Attempt first(long millis) {
        return new Attempt(0, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    Attempt next() {
        return new Attempt(nth + 1, until);
    }

    boolean isFirst() {
        return nth == 0;
    }

    /** Whether so many more than the first one may be made, and there is time for the next. */
    boolean isBefore(int most) {
        return nth < most && until - System.nanoTime() > 0;
    }

    /** At least 1. */
    long millisLeft() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()));
    }
}
