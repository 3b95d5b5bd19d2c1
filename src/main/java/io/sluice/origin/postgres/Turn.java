package io.sluice.origin.postgres;

import io.sluice.origin.Breaker;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work on one borrowed connection, under one deadline for waiting and working. Past it the statement that runs is cancelled on the
 * server, where that is not Postgres' own to do, and the connection goes back when the work has ended, or not at all.
 */
final class Turn<T> implements Handler<Long> {
    /** Milliseconds that cancelled work has to end before its connection is given up. */
    private static final long GRACE = 1_000;

    private final Line line;
    private final Function<SqlConnection, Future<T>> work;
    private final Promise<T> promise = Promise.promise();
    private @Nullable SqlConnection connection;
    private boolean finished;
    private boolean late;

    /**
     * Those of one route that wait for a connection.
     *
     * @param most of them; a pool's own line may be shorter
     * @param timeoutMillis for waiting and working together
     */
    record Line(
            Vertx vertx,
            Connections connections,
            Breaker breaker,
            AtomicInteger waiting,
            int most,
            long timeoutMillis) {}

    /** @param work leaves no transaction open, but where its connection ended or it was cancelled */
    Turn(Line line, Function<SqlConnection, Future<T>> work) {
        this.line = line;
        this.work = work;
    }

    /** @return what the work came to; failed with what Postgres or the way to it said */
    Future<T> start(Supplier<Future<SqlConnection>> connections) {
        return start(connections, line.timeoutMillis());
    }

    /** @param millis for waiting and working together, of those that the line gives */
    Future<T> start(Supplier<Future<SqlConnection>> connections, long millis) {
        if (line.waiting().incrementAndGet() > line.most()) {
            line.waiting().decrementAndGet();
            return Future.failedFuture(new Failures.Overloaded("too many requests wait for the database"));
        }
        long timer = line.vertx().setTimer(Math.max(1, millis), this);
        promise.future().onComplete(done -> line.vertx().cancelTimer(timer));
        connections.get().onComplete(this::connected);
        return promise.future();
    }

    private void connected(AsyncResult<SqlConnection> acquired) {
        if (!late) {
            line.waiting().decrementAndGet();
        }
        if (acquired.failed()) {
            Throwable problem = acquired.cause();
            if (!(problem instanceof Failures.Overloaded)) {
                line.breaker().failed();
            }
            promise.tryFail(problem);
            return;
        }
        line.breaker().succeeded();
        SqlConnection ready = acquired.result();
        if (late) {
            line.connections().giveBack(ready);
            return;
        }
        if (!Lane.raw(ready).isValid()) {
            // The pool has yet to hear that it ended.
            line.connections().giveBack(ready);
            promise.tryFail(ClosedConnectionException.INSTANCE);
            return;
        }
        connection = ready;
        work.apply(ready).onComplete(done -> worked(ready, done));
    }

    private void worked(SqlConnection used, AsyncResult<T> done) {
        finished = true;
        boolean cancelled =
                done.failed() && done.cause() instanceof PgException problem && "57014".equals(problem.getSqlState());
        if (done.succeeded() && done.result() instanceof Holding holding) {
            if (!promise.tryComplete(done.result())) {
                holding.discard();
            }
            return;
        }
        // A cancellation may still be under way, and would hit the next statement. A connection that ends tells its
        // statements first.
        if (late && !cancelled
                || done.failed() && (done.cause() instanceof Poisoned || Failures.connectionLost(done.cause()))) {
            giveUp(used);
        } else {
            line.connections().giveBack(used);
        }
        if (done.failed()) {
            promise.tryFail(said(used, done.cause() instanceof Poisoned poisoned ? poisoned.why : done.cause()));
        } else {
            promise.tryComplete(done.result());
        }
    }

    /** The client tells by words alone that a statement was not sent any more. */
    private static Throwable said(SqlConnection used, Throwable problem) {
        boolean wordsAlone = problem instanceof NoStackTraceThrowable || problem instanceof VertxException;
        return wordsAlone && !Lane.raw(used).isValid() ? ClosedConnectionException.INSTANCE : problem;
    }

    /** A result that goes on with the connection, and gives it back by itself. */
    interface Holding {
        /** Nobody wants it. */
        void discard();
    }

    /** What a connection is left in is not known: it is not to be used again. */
    static final class Poisoned extends RuntimeException {
        private static final long serialVersionUID = 1;
        final Throwable why;

        Poisoned(Throwable why) {
            super(why.getMessage(), why, false, false);
            this.why = why;
        }
    }

    /** The time is up. */
    @Override
    public void handle(Long timer) {
        if (promise.future().isComplete()) {
            return;
        }
        late = true;
        SqlConnection used = connection;
        if (used == null) {
            // Nobody waits for it any more, whenever it comes.
            line.waiting().decrementAndGet();
            promise.tryFail(new Failures.Overloaded("no connection to the database became free in time"));
            return;
        }
        promise.tryFail(new Failures.TooSlow());
        if (!line.connections().shared()) {
            PgConnection.cast(used).cancelRequest();
        }
        line.vertx().setTimer(GRACE, over -> {
            if (!finished) {
                giveUp(used);
            }
        });
    }

    /** Closes the connection itself; closing what the pool lent would only give it back. */
    private void giveUp(SqlConnection used) {
        giveUp(line.vertx(), line.connections(), used);
    }

    static void giveUp(Vertx vertx, Connections from, SqlConnection used) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        // Given back when it is closed, and not before: somebody who waits would get it.
        Promise<Void> closed = context.promise();
        closed.future().onComplete(over -> from.giveBack(used));
        Lane.close(used).onComplete(closed);
    }
}
