package io.sluice.origin.postgres;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.Connection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import io.vertx.sqlclient.impl.pool.SqlConnectionPool.PooledConnection;
import io.vertx.sqlclient.spi.ConnectionFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose connections log in with what rotates. A connection lives as long as its login at most; when the login changes, those
 * of the one before are over: the pool closes them where they are idle, and {@link #giveBack} does where they were in use.
 */
final class RotatingPool {
    /** Milliseconds between two looks for connections that are over. */
    private static final int LOOK = 200;

    /** Logins that one connection tries, with the pauses that {@link Logins#refused} makes. */
    private static final int TRIES = 4;

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);

    private final Logins logins;
    private final List<PgConnectOptions> servers;
    private final ConnectionFactory factory;
    private final AtomicInteger turn = new AtomicInteger();
    private final long lifetime;
    /** Those that are open, and those that were refused or lost since the last one was opened. */
    private final Map<Connection, Session> sessions = new HashMap<>();

    private Logins.@Nullable Login newest;

    private static final class Session {
        private final Logins.Login login;
        private @Nullable PooledConnection pooled;
        private long born;

        Session(Logins.Login login) {
            this.login = login;
        }
    }

    private RotatingPool(Vertx vertx, List<PgConnectOptions> servers, Logins logins, long lifetime) {
        this.logins = logins;
        this.servers = servers;
        this.lifetime = lifetime;
        factory = PgDriver.INSTANCE.createConnectionFactory(vertx, servers.get(0));
    }

    static Pool of(Vertx vertx, PoolOptions options, List<PgConnectOptions> servers, Logins logins) {
        if (options.getMaxLifetime() == 0) {
            // Without any the pool never looks.
            options.setMaxLifetime((int) HOUR).setMaxLifetimeUnit(TimeUnit.MILLISECONDS);
        }
        options.setPoolCleanerPeriod(Math.min(LOOK, Math.max(1, options.getPoolCleanerPeriod())));
        RotatingPool rotating = new RotatingPool(
                vertx, servers, logins, options.getMaxLifetimeUnit().toMillis(options.getMaxLifetime()));
        Pool pool = PgBuilder.pool()
                .with(options)
                .connectingTo(List.<SqlConnectOptions>copyOf(servers))
                .using(vertx)
                .build();
        pool.connectionProvider(rotating::connect);
        pool.connectHandler(rotating::opened);
        logins.listen(rotating::changed);
        return pool;
    }

    /** Whether Postgres takes this user with this password no more (appendix A of its manual, class 28). */
    static boolean isRefusal(Throwable problem) {
        return problem instanceof PgException refused
                && ("28P01".equals(refused.getSqlState()) || "28000".equals(refused.getSqlState()));
    }

    static PgConnectOptions as(Logins.Login login, PgConnectOptions server) {
        PgConnectOptions options = new PgConnectOptions(server);
        String user = login.user();
        if (user != null) {
            options.setUser(user);
        }
        return options.setPassword(login.password());
    }

    private Future<SqlConnection> connect(Context context) {
        return connect(context, logins.now(), 1);
    }

    /** Nobody is told of a refusal while there is something else to try. */
    private Future<SqlConnection> connect(Context context, Future<Logins.Login> login, int nth) {
        // Whoever reads the login may be on any thread, and a connection belongs to its own.
        return on(context, login).compose(now -> {
            PgConnectOptions server = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
            return factory.connect(context, as(now, server))
                    .map(connection -> connected(now, connection))
                    .recover(problem -> {
                        if (!isRefusal(problem)) {
                            logins.untold(now);
                            return Future.failedFuture(problem);
                        }
                        Future<Logins.Login> other = logins.refused(now);
                        return nth < TRIES
                                ? connect(context, other, nth + 1)
                                : on(context, other).compose(late -> Future.failedFuture(problem));
                    });
        });
    }

    private static <T> Future<T> on(Context context, Future<T> future) {
        io.vertx.core.Promise<T> promise = ((ContextInternal) context).promise();
        future.onComplete(promise);
        return promise.future();
    }

    private SqlConnection connected(Logins.Login login, SqlConnection connection) {
        logins.accepted(login);
        synchronized (this) {
            sessions.keySet().removeIf(open -> !open.isValid());
            sessions.put(((SqlConnectionInternal) connection).unwrap(), new Session(login));
        }
        return connection;
    }

    /** The pool shows each new connection once, before anybody has it. */
    private void opened(SqlConnection shown) {
        Greeting.over(shown);
        if (((SqlConnectionInternal) shown).unwrap() instanceof PooledConnection pooled) {
            synchronized (this) {
                Session session = sessions.get(pooled.unwrap());
                if (session != null) {
                    session.pooled = pooled;
                    session.born = System.currentTimeMillis();
                    bound(session, newest == null ? session.login : newest);
                }
            }
        }
        shown.close();
    }

    private synchronized void changed(Logins.Login login) {
        newest = login;
        sessions.values().forEach(session -> bound(session, login));
    }

    private void bound(Session session, Logins.Login now) {
        PooledConnection pooled = session.pooled;
        if (pooled != null) {
            pooled.lifetimeEvictionTimestamp =
                    session.login.sameAs(now) ? Math.min(session.born + lifetime, now.until()) : 0;
        }
    }

    /**
     * Gives a connection back to its pool; one that is over is closed, so that a pool which is never idle is renewed too. The pool hears
     * late of one that has ended, and would lend it once more.
     */
    static void giveBack(SqlConnection used) {
        if (isOver(used) || hasEnded(used)) {
            Lane.close(used).onComplete(known -> used.close());
        } else {
            used.close();
        }
    }

    /** Whether the pool would not lend it any more. */
    static boolean isOver(SqlConnection used) {
        return ((SqlConnectionInternal) used).unwrap() instanceof PooledConnection pooled
                && pooled.lifetimeEvictionTimestamp < System.currentTimeMillis();
    }

    private static boolean hasEnded(SqlConnection used) {
        return Lane.raw(used) instanceof SocketConnectionBase connection
                && !connection.socket().channelHandlerContext().channel().isActive();
    }
}
