package io.sluice.cache;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs something later; tests drive it by hand. */
@FunctionalInterface
public interface Timer {
    /** A timer on an executor. What it runs is short and never blocks. */
    static Timer on(ScheduledExecutorService executor) {
        return (micros, task) -> {
            Future<?> future = executor.schedule(task, micros, TimeUnit.MICROSECONDS);
            return () -> future.cancel(false);
        };
    }

    /** Runs a task once, after so many microseconds. */
    Scheduled after(long micros, Runnable task);

    /** What was scheduled. */
    @FunctionalInterface
    interface Scheduled {
        /** Does nothing when it has run. */
        void cancel();
    }
}
