package io.sluice.cache;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Rings at the earliest instant it was asked for, a little late, so that many instants cost few timers. */
final class Alarm {
    /** How late at most, in microseconds. */
    private static final long GRAIN = 10_000;

    private final Timer timer;
    private final LongSupplier clock;
    private final Runnable ring;
    private Timer.@Nullable Scheduled scheduled;
    private boolean stopped;

    /** Both are read without the lock first: most callers come when an earlier instant is set already. */
    private volatile boolean armed;

    private volatile long at;

    /** @param ring sets the next instant, if there is one */
    Alarm(Timer timer, LongSupplier clock, Runnable ring) {
        this.timer = timer;
        this.clock = clock;
        this.ring = ring;
    }

    /** Rings at this instant of the clock, in nanoseconds, or earlier. */
    void by(long nanos) {
        if (armed && at - nanos <= 0) {
            return;
        }
        synchronized (this) {
            if (stopped || armed && at - nanos <= 0) {
                return;
            }
            cancel();
            at = nanos;
            armed = true;
            long left = Math.max(0, nanos - clock.getAsLong());
            scheduled = timer.after(left / 1000 + GRAIN, () -> ring(nanos));
        }
    }

    private void ring(long nanos) {
        synchronized (this) {
            if (stopped || !armed || at != nanos) {
                return; // set to another instant meanwhile
            }
            armed = false;
            scheduled = null;
        }
        ring.run();
    }

    /** Never rings again, and holds on to nothing. */
    synchronized void stop() {
        stopped = true;
        armed = false;
        cancel();
    }

    private void cancel() {
        Timer.Scheduled timer = scheduled;
        if (timer != null) {
            timer.cancel();
            scheduled = null;
        }
    }
}
