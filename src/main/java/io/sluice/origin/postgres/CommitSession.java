package io.sluice.origin.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnectOptions;
import io.vertx.sqlclient.SqlConnection;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection that listens, from the attempt to its end. It never holds a transaction, which would fill Postgres' queue
 * of notifications until writers fail. It has a pool of its own, for one connection: closing that ends all that belongs to
 * it, and leaves nothing behind after a thousand attempts. Everything here runs on one event loop.
 */
final class CommitSession {
    static final String CHANNEL = "sluice";

    /** By which pg_stat_activity shows it. */
    static final String NAME = "sluice commits";

    /** From dialling until it listens, ms. */
    private static final long PATIENCE = 3_000;

    private static final int CONNECT_MILLIS = 1_000;
    private static final long PROBE_MILLIS = 1_000;
    private static final long PROBE_PATIENCE = 1_000;

    /** The socket itself is closed when so long nothing came, whatever state it is in. */
    private static final int SILENT_SECONDS = 3;

    /** False where a pooler between has given this client another session. */
    private static final String PROBE = "SELECT count(*) FROM pg_listening_channels() AS c WHERE c = '" + CHANNEL + "'";

    /**
     * A channel of its own, so that no other instance hears its nonces. These need not be on disk when they come back, nor on a
     * standby.
     */
    private final String own = CHANNEL + "_" + UUID.randomUUID().toString().replace("-", "");

    private final String begin = "SET synchronous_commit = off; LISTEN " + CHANNEL + "; LISTEN " + own;

    private final Echo echo = new Echo(this::send);
    private final ContextInternal loop;
    private final Vertx vertx;
    private final @Nullable Logins logins;
    private final Ear ear;
    private @Nullable Pool pool;
    private volatile Logins.@Nullable Login login;
    private @Nullable PgConnection listening;
    private long timer = -1;
    private boolean over;

    /** Who is told. After {@link #ended} nothing comes any more. */
    interface Ear {
        /** Every commit from now on is heard. */
        void listens(CommitSession session);

        /** A proof of life, about each second. */
        void alive();

        /** @param process of the session that sent it */
        void heard(String payload, int process);

        /** Once, unless {@link #close} came before. */
        void ended(String why);
    }

    /** @param logins null: user and password are those of the server's options */
    CommitSession(ContextInternal loop, @Nullable Logins logins, Ear ear) {
        this.loop = loop;
        this.logins = logins;
        this.vertx = loop.owner();
        this.ear = ear;
    }

    /** To be called on the event loop, with its context current. */
    void dial(PgConnectOptions server) {
        PgConnectOptions options = new PgConnectOptions(server);
        options.addProperty("application_name", NAME);
        options.setConnectTimeout(CONNECT_MILLIS);
        options.setReadIdleTimeout(SILENT_SECONDS);
        options.setIdleTimeoutUnit(TimeUnit.SECONDS);
        timer = vertx.setTimer(PATIENCE, late -> end("no answer within " + PATIENCE + " ms"));
        Logins rotating = logins;
        Supplier<Future<SqlConnectOptions>> entry = rotating == null
                ? () -> Future.succeededFuture(options)
                : () -> rotating.now().map(now -> {
                    login = now;
                    return RotatingPool.as(now, options);
                });
        Pool made = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1))
                .connectingTo(entry)
                .using(vertx)
                .build();
        pool = made;
        made.getConnection().onComplete(done -> onLoop(() -> connected(done)));
    }

    private void connected(AsyncResult<SqlConnection> done) {
        Logins rotating = logins;
        Logins.Login used = login;
        if (over) {
            if (rotating != null && used != null) {
                rotating.untold(used);
            }
            return;
        }
        if (done.failed()) {
            Throwable problem = done.cause();
            if (rotating != null && used != null && RotatingPool.isRefusal(problem)) {
                // The attempt that comes next has what is read now.
                rotating.refused(used).onComplete(read -> onLoop(() -> end(String.valueOf(problem.getMessage()))));
            } else {
                if (rotating != null && used != null) {
                    rotating.untold(used);
                }
                end(String.valueOf(problem.getMessage()));
            }
            return;
        }
        if (rotating != null && used != null) {
            rotating.accepted(used);
        }
        PgConnection connection = PgConnection.cast(done.result());
        connection.notificationHandler(notification ->
                onLoop(() -> heard(notification.getChannel(), notification.getPayload(), notification.getProcessId())));
        connection.exceptionHandler(failure -> onLoop(() -> end(String.valueOf(failure.getMessage()))));
        connection.closeHandler(closed -> onLoop(() -> end("the connection was closed")));
        connection
                .query(begin)
                .execute()
                .onComplete(begun -> onLoop(() -> {
                    if (over) {
                        return;
                    }
                    if (begun.failed()) {
                        end(String.valueOf(begun.cause().getMessage()));
                        return;
                    }
                    vertx.cancelTimer(timer);
                    timer = vertx.setTimer(PROBE_MILLIS, due -> probe(connection));
                    listening = connection;
                    ear.listens(this);
                }));
    }

    private void heard(@Nullable String channel, @Nullable String payload, int process) {
        if (over) {
            return;
        }
        if (CHANNEL.equals(channel)) {
            ear.heard(payload == null ? "" : payload, process);
        } else if (own.equals(channel)) {
            echo.received(payload == null ? "" : payload);
        }
    }

    /** @param told true when the ear has heard all that was committed before; false when that will not be known */
    void heardSoFar(Consumer<Boolean> told) {
        if (listening == null) {
            told.accept(false);
        } else {
            echo.ask(told);
        }
    }

    /** Postgres delivers in the order of commits, and this commits behind all that is asked for. */
    private void send(String nonce) {
        PgConnection connection = listening;
        if (connection != null) {
            connection
                    .query("NOTIFY " + own + ", '" + nonce + "'")
                    .execute()
                    .onComplete(done -> onLoop(() -> {
                        if (done.failed()) {
                            echo.failed();
                        }
                    }));
        }
    }

    private void probe(PgConnection connection) {
        timer = vertx.setTimer(PROBE_PATIENCE, late -> end("no answer to a probe within " + PROBE_PATIENCE + " ms"));
        connection
                .query(PROBE)
                .execute()
                .onComplete(done -> onLoop(() -> {
                    if (over) {
                        return;
                    }
                    if (done.failed()) {
                        end(String.valueOf(done.cause().getMessage()));
                    } else if (!listens(done.result())) {
                        end("its session listens no more, as behind a pooler");
                    } else {
                        vertx.cancelTimer(timer);
                        timer = vertx.setTimer(PROBE_MILLIS, due -> probe(connection));
                        ear.alive();
                    }
                }));
    }

    private static boolean listens(RowSet<Row> rows) {
        return rows.iterator().next().getLong(0) > 0;
    }

    private void end(String why) {
        if (!over) {
            close();
            ear.ended(why);
        }
    }

    /** Ends it, and tells nobody. */
    void close() {
        over = true;
        vertx.cancelTimer(timer);
        echo.close();
        Pool made = pool;
        if (made != null) {
            made.close();
        }
    }

    private void onLoop(Runnable task) {
        if (loop.nettyEventLoop().inEventLoop()) {
            task.run();
        } else {
            loop.runOnContext(here -> task.run());
        }
    }
}
