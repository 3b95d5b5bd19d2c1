package io.sluice.origin.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How far the primary's log has come. One question is under way at a time, and it answers those who asked before it was sent: what
 * was committed before they asked is in it. Who comes later waits for the next.
 */
final class Positions {
    /** Behind all commits that anybody can see, flushed or not. */
    static final String SQL = "SELECT pg_current_wal_insert_lsn()::text";

    private final Supplier<Future<SqlConnection>> from;
    private final Consumer<SqlConnection> back;
    private final Consumer<SqlConnection> lost;
    private final Function<SqlConnection, Future<Long>> question;
    private @Nullable Promise<Long> waiting;
    private boolean underWay;

    /**
     * @param from where a connection to the primary comes from
     * @param back where it goes then
     * @param lost where it goes after a {@link TimeoutException} instead: nothing may ever come from it
     * @param question what is asked there; ends in time
     */
    Positions(
            Supplier<Future<SqlConnection>> from,
            Consumer<SqlConnection> back,
            Consumer<SqlConnection> lost,
            Function<SqlConnection, Future<Long>> question) {
        this.from = from;
        this.back = back;
        this.lost = lost;
        this.question = question;
    }

    /** Completes on any thread. */
    Future<Long> now() {
        Promise<Long> mine;
        boolean first;
        synchronized (this) {
            Promise<Long> joined = waiting;
            mine = joined == null ? Promise.promise() : joined;
            waiting = mine;
            first = !underWay;
            underWay = true;
        }
        if (first) {
            from.get().onComplete(this::ask);
        }
        return mine.future();
    }

    private void ask(AsyncResult<SqlConnection> borrowed) {
        Promise<Long> asked = taken();
        if (borrowed.failed()) {
            asked.fail(borrowed.cause());
            next();
            return;
        }
        SqlConnection connection = borrowed.result();
        question.apply(connection).onComplete(done -> {
            (done.cause() instanceof TimeoutException ? lost : back).accept(connection);
            asked.handle(done);
            next();
        });
    }

    private synchronized Promise<Long> taken() {
        Promise<Long> all = waiting;
        waiting = null;
        return all == null ? Promise.promise() : all;
    }

    private void next() {
        synchronized (this) {
            underWay = waiting != null;
            if (!underWay) {
                return;
            }
        }
        from.get().onComplete(this::ask);
    }

    /** Of the server at its other end, now. */
    static Future<Long> of(SqlConnection connection) {
        return connection.query(SQL).execute().map(rows -> {
            Long place = Lsn.read(rows.iterator().next().getString(0));
            if (place == null) {
                throw new IllegalStateException("Postgres wrote no LSN");
            }
            return place;
        });
    }
}
