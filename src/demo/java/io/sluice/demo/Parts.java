package io.sluice.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * What was started, so that it can be stopped in the opposite order, once, at any moment: a part that is being started
 * when the end comes is waited for and stopped too.
 */
final class Parts implements AutoCloseable {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private volatile boolean ending;

    /** @throws IllegalStateException when the end has come */
    synchronized <T extends AutoCloseable> T start(Supplier<T> part) {
        if (ending) {
            throw new IllegalStateException("stopping");
        }
        T started = part.get();
        parts.push(started);
        return started;
    }

    /** Whether the end has come, so that a part's death is no surprise. */
    boolean ending() {
        return ending;
    }

    /** Stops all parts; one that fails to stop is told of, and the others are stopped nevertheless. */
    @Override
    public void close() {
        ending = true;
        stopAll();
    }

    private synchronized void stopAll() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.err.println("While stopping: " + e);
            }
        }
    }
}
