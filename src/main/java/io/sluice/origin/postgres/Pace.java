package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;

/**
 * How long a route's statements take, which says whether others may stand behind them. Nobody is quick before it was seen. From any
 * thread: an update that is lost costs nothing.
 */
final class Pace {
    /** Nanoseconds that a statement may take on the average behind which others stand. */
    static final long QUICK = 5_000_000;

    /** One that takes longer counts as this, so that a single one shuts nobody out. */
    private static final long MOST = 8 * QUICK;

    private static final int WEIGHT = 16;

    private volatile long mean = 2 * QUICK;

    boolean quick() {
        return mean < QUICK;
    }

    /** On a lane, since the one before ended. */
    void took(long nanos) {
        move(nanos, WEIGHT);
    }

    /**
     * The same work on a connection of its own, whose time counts: the quicker ones more than the others, which may have waited for a
     * processor that all connections want at once.
     */
    <T> Function<SqlConnection, Future<T>> timed(Function<SqlConnection, Future<T>> work) {
        return connection -> {
            long begun = System.nanoTime();
            return work.apply(connection).onComplete(done -> {
                long nanos = System.nanoTime() - begun;
                move(nanos, nanos < mean ? WEIGHT / 2 : WEIGHT * 4);
            });
        };
    }

    private void move(long nanos, int weight) {
        long before = mean;
        mean = before + (Math.min(nanos, MOST) - before) / weight;
    }
}
