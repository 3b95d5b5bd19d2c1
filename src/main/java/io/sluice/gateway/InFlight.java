package io.sluice.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts the exchanges on their way, so that a drain knows when the last one has ended. */
public final class InFlight {
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();

    void begin() {
        begun.increment();
    }

    void end() {
        ended.increment();
    }

    public long count() {
        long done = ended.sum();
        return begun.sum() - done;
    }

    /**
     * Waits for the last exchange, on a thread of its own.
     *
     * @return whether none is left
     */
    public boolean awaitNone(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (count() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
        return count() == 0;
    }
}
