package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Breaker;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowIterator;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A statement run once, under one deadline for waiting and running. */
final class Run implements Handler<Long> {
    /** Milliseconds a cancelled statement has to end before its connection is given up. */
    private static final long GRACE = 1_000;

    private static final Buffer EMPTY = Buffer.buffer();

    private final Vertx vertx;
    private final Supplier<Pool> pool;
    private final Breaker breaker;
    private final AtomicInteger waiting;
    private final int maxWaiting;
    private final long timeoutMillis;
    private final Statement statement;
    private final Tuple values;
    private final Promise<Answer> promise = Promise.promise();
    private @Nullable SqlConnection connection;
    private boolean finished;
    private boolean late;

    Run(
            Vertx vertx,
            Supplier<Pool> pool,
            Breaker breaker,
            AtomicInteger waiting,
            int maxWaiting,
            long timeoutMillis,
            Statement statement,
            Tuple values) {
        this.vertx = vertx;
        this.pool = pool;
        this.breaker = breaker;
        this.waiting = waiting;
        this.maxWaiting = maxWaiting;
        this.timeoutMillis = timeoutMillis;
        this.statement = statement;
        this.values = values;
    }

    /** @return the answer; failed with what Postgres or the way to it said */
    Future<Answer> start() {
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            return Future.failedFuture(new Failures.Overloaded("too many requests wait for the database"));
        }
        long timer = vertx.setTimer(Math.max(1, timeoutMillis), this);
        promise.future().onComplete(done -> vertx.cancelTimer(timer));
        try {
            pool.get().getConnection().onComplete(this::connected);
        } catch (RuntimeException noPool) {
            waiting.decrementAndGet();
            promise.tryFail(noPool);
        }
        return promise.future();
    }

    private void connected(AsyncResult<SqlConnection> acquired) {
        waiting.decrementAndGet();
        if (acquired.failed()) {
            Throwable problem = acquired.cause();
            if (String.valueOf(problem.getMessage()).contains("max wait queue size")) {
                promise.tryFail(new Failures.Overloaded("too many requests wait for the database"));
            } else {
                breaker.failed();
                promise.tryFail(problem);
            }
            return;
        }
        breaker.succeeded();
        SqlConnection ready = acquired.result();
        if (late) {
            ready.close();
            return;
        }
        connection = ready;
        ready.preparedQuery(statement.sql()).execute(values).onComplete(rows -> ran(ready, rows));
    }

    private void ran(SqlConnection used, AsyncResult<RowSet<Row>> rows) {
        finished = true;
        boolean cancelled =
                rows.failed() && rows.cause() instanceof PgException problem && "57014".equals(problem.getSqlState());
        if (late && !cancelled) {
            // The cancellation may still be under way, and would hit the next statement.
            giveUp(used);
            return;
        }
        used.close();
        if (rows.failed()) {
            promise.tryFail(rows.cause());
            return;
        }
        RowIterator<Row> iterator = rows.result().iterator();
        if (!iterator.hasNext()) {
            promise.tryComplete(new Answer.Whole(404, HttpHeaders.headers(), EMPTY));
            return;
        }
        MultiMap headers = HttpHeaders.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        Row row = iterator.next();
        if (row.size() > 1 && row.getBoolean(1)) {
            headers.set(PostgresOrigin.TRUNCATED, "?1");
        }
        promise.tryComplete(new Answer.Whole(200, headers, row.getBuffer(0)));
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
            promise.tryFail(new Failures.Overloaded("no connection to the database became free in time"));
            return;
        }
        promise.tryFail(new Failures.TooSlow());
        PgConnection.cast(used).cancelRequest();
        vertx.setTimer(GRACE, over -> {
            if (!finished) {
                giveUp(used);
            }
        });
    }

    /** Closes the connection itself; closing what the pool lent would only give it back. */
    private void giveUp(SqlConnection used) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        ((SqlConnectionInternal) used).unwrap().unwrap().close(null, context.promise());
        used.close();
    }
}
