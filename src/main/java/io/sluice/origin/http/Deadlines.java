package io.sluice.origin.http;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one event loop that wait for an answer. All have the same timeout, so that they stand in order of their
 * deadlines, and one timer does for all of them. Of one thread only.
 */
final class Deadlines {
    /** A place in the line. */
    abstract static class Waiting {
        private @Nullable Waiting before;
        private @Nullable Waiting after;
        private long since;
        private boolean queued;

        /** The timeout passed. Called once, after which it is out of the line. */
        abstract void expired();
    }

    private final Vertx vertx;
    private final long timeoutNanos;
    private final LongSupplier nanos;
    private @Nullable Waiting first;
    private @Nullable Waiting last;
    private boolean armed;

    Deadlines(Vertx vertx, long timeoutNanos, LongSupplier nanos) {
        this.vertx = vertx;
        this.timeoutNanos = timeoutNanos;
        this.nanos = nanos;
    }

    /** Puts it at the end of the line, its whole timeout before it. */
    void start(Waiting waiting) {
        stop(waiting);
        waiting.since = nanos.getAsLong();
        waiting.queued = true;
        waiting.before = last;
        if (last == null) {
            first = waiting;
        } else {
            last.after = waiting;
        }
        last = waiting;
        if (!armed) {
            arm(timeoutNanos);
        }
    }

    void stop(Waiting waiting) {
        if (!waiting.queued) {
            return;
        }
        waiting.queued = false;
        Waiting before = waiting.before;
        Waiting after = waiting.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        waiting.before = null;
        waiting.after = null;
    }

    private void arm(long delayNanos) {
        armed = true;
        vertx.setTimer(Math.max(1, delayNanos / 1_000_000 + 1), timer -> expire());
    }

    private void expire() {
        armed = false;
        long now = nanos.getAsLong();
        Waiting waiting = first;
        while (waiting != null && now - waiting.since >= timeoutNanos) {
            stop(waiting);
            waiting.expired();
            waiting = first;
        }
        if (waiting != null && !armed) {
            arm(timeoutNanos - (now - waiting.since));
        }
    }
}
