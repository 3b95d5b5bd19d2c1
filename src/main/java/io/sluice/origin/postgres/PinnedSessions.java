package io.sluice.origin.postgres;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.sluice.origin.postgres.DatabaseSettings.PoolSize;
import io.sluice.origin.postgres.DatabaseSettings.Server;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Makes the pools with what every session must have pinned, and knows how their connections are made. */
@Singleton
public class PinnedSessions implements PgPoolCreator {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int LIFETIME_MINUTES = 30;
    private static final int IDLE_MINUTES = 5;

    private final Duration backstop;
    private volatile DatabaseSettings settings = DatabaseSettings.STANDARD;
    private volatile @Nullable Logins logins;
    private volatile @Nullable Input made;
    private final boolean loopsGiven;

    /**
     * @param backstop after which Postgres itself ends a statement whose gateway died; longer than any route's timeout
     * @param loops event loops that connections are spread over; empty: each is opened on that of who asks for it
     */
    @Inject
    PinnedSessions(
            @ConfigProperty(name = "sluice.postgres.backstop", defaultValue = "10m") Duration backstop,
            @ConfigProperty(name = "quarkus.datasource.reactive.event-loop-size") Optional<Integer> loops) {
        this.backstop = backstop;
        loopsGiven = loops.isPresent();
    }

    /** To be called before the pool is first used. */
    public void use(DatabaseSettings now) {
        settings = now;
    }

    DatabaseSettings settings() {
        return settings;
    }

    /** Where commits are heard; empty before there is a pool. */
    List<PgConnectOptions> servers() {
        Input input = made;
        if (input == null) {
            return List.of();
        }
        Server listen = settings.listen();
        return listen == null
                ? input.pgConnectOptionsList().stream()
                        .map(one -> PostgresSessions.pin(new PgConnectOptions(one), backstop))
                        .toList()
                : List.of(PostgresSessions.pin(at(input, listen), backstop));
    }

    /** To be called before the pool is first used, where its user and password rotate. */
    public void loginsFrom(Logins rotating) {
        logins = rotating;
    }

    /** Null: user and password are the datasource's, and stay. */
    @Nullable
    Logins logins() {
        return logins;
    }

    /** What each transaction says where no session is pinned, see {@link Connections#pins}. */
    String pins(Duration timeout) {
        return settings.shared() ? PostgresSessions.pins(timeout.compareTo(backstop) < 0 ? timeout : backstop) : "";
    }

    boolean shared() {
        return settings.shared();
    }

    /** The most connections of each pool, once there is one. */
    int size() {
        Input input = made;
        Integer own = settings.pool().connections();
        return own != null ? own : input == null ? 0 : input.poolOptions().getMaxSize();
    }

    @Override
    public Pool create(Input input) {
        made = input;
        return pool(input, input.pgConnectOptionsList());
    }

    /** One like the datasource's, which must have been made before. */
    Pool create(Server server) {
        Input input = made;
        if (input == null) {
            throw new IllegalStateException("the datasource comes first");
        }
        return pool(input, List.of(at(input, server)));
    }

    private static PgConnectOptions at(Input input, Server server) {
        PgConnectOptions options = new PgConnectOptions(
                        input.pgConnectOptionsList().get(0))
                .setHost(server.host())
                .setPort(server.port());
        String database = server.database();
        return database == null ? options : options.setDatabase(database);
    }

    private Pool pool(Input input, List<PgConnectOptions> servers) {
        List<PgConnectOptions> pinned = servers.stream()
                .map(server -> {
                    PgConnectOptions options = new PgConnectOptions(server)
                            .setPipeliningLimit(settings.pool().pipelining());
                    options.setConnectTimeout(CONNECT_MILLIS);
                    Greeting.bound(options);
                    return settings.shared()
                            ? PostgresSessions.share(options)
                            : PostgresSessions.pin(options, backstop);
                })
                .toList();
        Vertx vertx = input.vertx();
        PoolOptions bounds = bounded(new PoolOptions(input.poolOptions()));
        Logins rotating = logins;
        if (rotating != null) {
            return RotatingPool.of(vertx, bounds, pinned, rotating);
        }
        return PgBuilder.pool()
                .with(bounds)
                .connectingTo(List.<SqlConnectOptions>copyOf(pinned))
                .withConnectHandler(opened -> {
                    Greeting.over(opened);
                    opened.close();
                })
                .using(vertx)
                .build();
    }

    private PoolOptions bounded(PoolOptions options) {
        PoolSize bounds = settings.pool();
        if (!loopsGiven) {
            // Each connection is opened on the event loop of who asks for it.
            options.setEventLoopSize(0);
        }
        Integer connections = bounds.connections();
        if (connections != null) {
            options.setMaxSize(connections);
        }
        options.setMaxWaitQueueSize(bounds.waiting());
        options.setConnectionTimeout((int) bounds.patience().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
        Duration lifetime = bounds.lifetime();
        if (lifetime != null) {
            options.setMaxLifetime((int) lifetime.toMillis()).setMaxLifetimeUnit(TimeUnit.MILLISECONDS);
        } else if (options.getMaxLifetime() == 0) {
            options.setMaxLifetime(LIFETIME_MINUTES).setMaxLifetimeUnit(TimeUnit.MINUTES);
        }
        Duration idle = bounds.idle();
        if (idle != null) {
            options.setIdleTimeout((int) idle.toMillis()).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        } else if (options.getIdleTimeout() == 0) {
            options.setIdleTimeout(IDLE_MINUTES).setIdleTimeoutUnit(TimeUnit.MINUTES);
        }
        return options;
    }
}
