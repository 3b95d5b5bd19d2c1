package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.postgres.SqlWriter.Text;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import org.jspecify.annotations.Nullable;

/**
 * A list that is too long to be held: it is read from a cursor as fast as its client takes it, in a transaction of its own. Each step, of
 * Postgres or of the client, has the route's timeout; past it the answer is broken off and the connection given up.
 */
final class StreamedRows implements Answer.Streaming, Turn.Holding {
    /** Rows that are fetched at once. */
    private static final int BATCH = 256;

    private final Vertx vertx;
    private final Connections from;
    private final SqlConnection connection;
    private final PreparedStatement statement;
    private final Cursor cursor;
    private final Committing committing;
    private final int most;
    private final long timeoutMillis;
    /** Whether what Postgres says to COMMIT is part of what the client is told. */
    private final boolean writes;

    private final Promise<Long> end = Promise.promise();
    private RowSet<Row> batch;
    private volatile @Nullable HttpServerRequest client;
    private long timer;
    private int rows;
    private long bytes;

    private StreamedRows(
            Vertx vertx,
            Connections from,
            SqlConnection connection,
            PreparedStatement statement,
            Cursor cursor,
            Call call,
            PostgresSpec spec,
            int most,
            RowSet<Row> first) {
        this.vertx = vertx;
        this.from = from;
        this.connection = connection;
        this.statement = statement;
        this.cursor = cursor;
        committing = new Committing(from, call);
        this.most = most;
        timeoutMillis = spec.timeout().toMillis();
        writes = !spec.guards().readOnly();
        this.batch = first;
        watch();
    }

    /** Begins to read; who is given it holds the connection until it is sent or discarded. */
    static Future<Answer> open(
            Vertx vertx, Connections from, SqlConnection connection, Values.Bound values, Call call) {
        Call.Identity who = call.identity();
        Statement statement = values.statement();
        Returns.Rows returns = (Returns.Rows) statement.spec.returns();
        Text text = statement.each(values.variation());
        return connection
                .query(statement.spec.guards().begin() + from.pins(statement.spec.timeout()))
                .execute()
                .compose(begun -> who == null ? Future.succeededFuture() : Transaction.as(connection, who))
                .compose(known -> connection.prepare(text.sql()))
                .compose(prepared -> {
                    Cursor cursor = prepared.cursor(values.tuple(text));
                    return cursor.read(BATCH)
                            .<Answer>map(first -> new StreamedRows(
                                    vertx,
                                    from,
                                    connection,
                                    prepared,
                                    cursor,
                                    call,
                                    statement.spec,
                                    returns.most(),
                                    first))
                            .recover(problem -> prepared.close().transform(closed -> Future.failedFuture(problem)));
                })
                .recover(problem -> Transaction.undone(connection, Future.failedFuture(problem)));
    }

    @Override
    public int status() {
        return 200;
    }

    @Override
    public MultiMap headers() {
        return HttpHeaders.headers()
                .set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set("Trailer", Reading.TRUNCATED);
    }

    @Override
    public boolean switched() {
        return false;
    }

    @Override
    public Future<Long> sendTo(HttpServerRequest to) {
        client = to;
        HttpServerResponse response = to.response();
        if (end.future().isComplete()) {
            cut(to);
        } else if (response.closed()) {
            discard();
        } else if (to.method().equals(HttpMethod.HEAD)) {
            watchLeaving(response);
            release(response::end);
        } else {
            if (to.version() != HttpVersion.HTTP_2) {
                response.setChunked(true);
            }
            watchLeaving(response);
            send(to);
        }
        return end.future();
    }

    private void watchLeaving(HttpServerResponse response) {
        response.exceptionHandler(gone -> breakOff(gone));
        response.closeHandler(gone -> breakOff(new IllegalStateException("the client left")));
    }

    /** One batch, then the next when both sides are ready. */
    private void send(HttpServerRequest to) {
        Buffer part = Buffer.buffer();
        for (Row row : batch) {
            if (rows < most) {
                part.appendString(rows++ == 0 ? "[" : ",").appendBuffer(row.getBuffer(0));
            } else {
                rows = most + 1;
            }
        }
        if (rows > most || !cursor.hasMore()) {
            finish(to, part);
            return;
        }
        HttpServerResponse response = to.response();
        bytes += part.length();
        response.write(part);
        Context here = vertx.getOrCreateContext();
        if (response.writeQueueFull()) {
            watch();
            response.drainHandler(ready -> {
                response.drainHandler(null);
                next(here, to);
            });
        } else {
            next(here, to);
        }
    }

    private void next(Context here, HttpServerRequest to) {
        if (end.future().isComplete()) {
            return;
        }
        watch();
        cursor.read(BATCH).onComplete(read -> here.runOnContext(nothing -> got(to, read)));
    }

    private void got(HttpServerRequest to, AsyncResult<RowSet<Row>> read) {
        if (end.future().isComplete()) {
            return;
        }
        if (read.failed()) {
            breakOff(read.cause());
        } else {
            batch = read.result();
            send(to);
        }
    }

    private void finish(HttpServerRequest to, Buffer part) {
        part.appendString(rows == 0 ? "[]" : "]");
        bytes += part.length();
        if (rows > most) {
            to.response().putTrailer(Reading.TRUNCATED, "?1");
        }
        release(() -> to.response().end(part));
    }

    /**
     * It was read as far as it is wanted. What was read only is whole, whatever becomes of its transaction; what may have written something
     * is not told as whole before that is there.
     */
    private void release(Runnable last) {
        vertx.cancelTimer(timer);
        long silent = vertx.setTimer(Math.max(1, timeoutMillis), late -> Lane.close(connection));
        Context here = vertx.getOrCreateContext();
        if (!writes) {
            whole(last);
        }
        cursor.close()
                // Before the transaction ends, and with it the hold on a session that a pooler lent.
                .compose(closed -> statement.close())
                .compose(closed -> !writes || committing.begin()
                        ? connection.query("COMMIT").execute()
                        : Future.failedFuture(new Failures.TooSlow()))
                .onComplete(over -> {
                    vertx.cancelTimer(silent);
                    here.runOnContext(nothing -> ended(over, last));
                });
    }

    private void whole(Runnable last) {
        // In this order: a client that leaves with the last byte broke nothing off.
        end.tryComplete(bytes);
        last.run();
    }

    private void ended(AsyncResult<?> over, Runnable last) {
        if (!writes) {
            if (over.succeeded()) {
                from.giveBack(connection);
            } else {
                Turn.giveUp(vertx, from, connection);
            }
        } else if (over.failed()) {
            breakOff(over.cause());
        } else if (!end.future().isComplete()) {
            from.giveBack(connection);
            whole(last);
        }
    }

    private void watch() {
        vertx.cancelTimer(timer);
        timer = vertx.setTimer(
                Math.max(1, timeoutMillis), late -> breakOff(new IllegalStateException("it stood still too long")));
    }

    private void breakOff(Throwable why) {
        if (!end.tryFail(why)) {
            return;
        }
        vertx.cancelTimer(timer);
        // The client is told the same either way; what it may have written is noted.
        Throwable unused = committing.outcome(new Failures.TooSlow());
        if (!from.shared()) {
            // Postgres would notice only when it has something to send that nobody is there for.
            PgConnection.cast(connection).cancelRequest();
        }
        Turn.giveUp(vertx, from, connection);
        HttpServerRequest to = client;
        if (to != null) {
            cut(to);
        }
    }

    /** What was not sent to its end is not to look as if it was. */
    private static void cut(HttpServerRequest to) {
        if (to.response().ended()) {
            return;
        }
        if (to.version() == HttpVersion.HTTP_2) {
            to.response().reset();
        } else {
            to.connection().close();
        }
    }

    @Override
    public Future<Gathered> gather(int max, Runnable large) {
        return Future.succeededFuture(new Gathered.Larger(this));
    }

    @Override
    public void stopGathering() {
        // nothing is gathered
    }

    @Override
    public void discard() {
        breakOff(new IllegalStateException("nobody wants it"));
    }
}
