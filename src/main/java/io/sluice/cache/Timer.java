package io.sluice.cache;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs something later; tests drive it by hand. */
@FunctionalInterface
public interface Timer {
    /**
     * A timer on an executor. What it runs is short and never blocks. What was cancelled is not held on to: most of what
     * is scheduled here is a deadline that does not come.
     */
    static Timer on(ScheduledExecutorService executor) {
        if (executor instanceof ScheduledThreadPoolExecutor pool) {
            pool.setRemoveOnCancelPolicy(true);
        }
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
