package io.sluice.origin.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lends the connections of one pool, and counts. The pool itself bounds who waits and how long; its own metrics forget those who
 * waited in vain.
 */
final class Lending {
    private final String server;
    private final Supplier<Pool> pool;
    private final IntSupplier size;
    private final PoolObserver observer;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<SqlConnection> lent = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Pool known;

    /**
     * @param pool may throw
     * @param size the most connections that it opens
     */
    Lending(String server, Supplier<Pool> pool, IntSupplier size, PoolObserver observer) {
        this.server = server;
        this.pool = pool;
        this.size = size;
        this.observer = observer;
        observer.pool(server, this::open, lent::size, waiting::get);
    }

    private int open() {
        Pool made = known;
        return made == null ? 0 : made.size();
    }

    Future<SqlConnection> borrow() {
        long asked = System.nanoTime();
        waiting.incrementAndGet();
        Future<SqlConnection> connection;
        try {
            Pool made = pool.get();
            known = made;
            connection = made.getConnection();
        } catch (RuntimeException noPool) {
            connection = Future.failedFuture(noPool);
        }
        return connection.transform(done -> got(done, asked));
    }

    private Future<SqlConnection> got(AsyncResult<SqlConnection> done, long asked) {
        waiting.decrementAndGet();
        if (done.succeeded()) {
            observer.waited(server, System.nanoTime() - asked);
            lent.add(done.result());
            return Future.succeededFuture(done.result());
        }
        return Future.failedFuture(reason(done.cause()));
    }

    /** The pool tells by words alone why there is no connection. */
    private Throwable reason(Throwable problem) {
        String said = String.valueOf(problem.getMessage());
        if (said.contains("max wait queue size")) {
            observer.refused(server, true);
            return new Failures.Overloaded("too many requests wait for the database");
        }
        if (said.equals("Timeout")) {
            if (lent.size() < size.getAsInt()) {
                // A connection that would have been opened was not: the database is what is slow.
                return new Failures.NotReached("no connection was opened in time");
            }
            observer.refused(server, false);
            return new Failures.Overloaded("no connection to the database became free in time");
        }
        return said.contains("unsupported startup parameter")
                ? new Failures.NotReached(
                        said + ": behind a pooler, 'postgres' in the configuration has to say 'pooler: transaction'")
                : problem;
    }

    /** Takes back what was lent here; false where that was not so. */
    boolean giveBack(SqlConnection connection) {
        if (!lent.remove(connection)) {
            return false;
        }
        RotatingPool.giveBack(connection);
        return true;
    }
}
