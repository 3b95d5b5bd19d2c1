package io.sluice.telemetry;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** The statuses that any route answered, numbered as they came: a few of the thousand that there may be. */
final class Statuses {
    private static final int MOST = 1_000;

    /** By status: its number and 1 more; 0: it has none yet. */
    private final AtomicIntegerArray numbers = new AtomicIntegerArray(MOST);
    /** By number. */
    private final int[] statuses = new int[MOST];

    private int count;

    /** @param status what is none is 0 */
    int number(int status) {
        int index = status > 0 && status < MOST ? status : 0;
        int known = numbers.get(index);
        return known == 0 ? first(index) : known - 1;
    }

    private synchronized int first(int status) {
        int known = numbers.get(status);
        if (known != 0) {
            return known - 1;
        }
        statuses[count] = status;
        numbers.set(status, count + 1);
        return count++;
    }

    synchronized int status(int number) {
        return statuses[number];
    }
}
