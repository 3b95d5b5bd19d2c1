package io.sluice.origin.postgres;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Makes the pool with what every session must have pinned, and knows how its connections are made. */
@Singleton
public class PinnedSessions implements PgPoolCreator {
    private static final int CONNECT_MILLIS = 2_000;

    private final Duration backstop;
    private volatile List<PgConnectOptions> servers = List.of();
    private volatile @Nullable Logins logins;

    /** @param backstop after which Postgres itself ends a statement whose gateway died; longer than any route's timeout */
    @Inject
    PinnedSessions(@ConfigProperty(name = "sluice.postgres.backstop", defaultValue = "10m") Duration backstop) {
        this.backstop = backstop;
    }

    /** Where the pool connects to; empty before there is a pool. */
    List<PgConnectOptions> servers() {
        return servers;
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

    @Override
    public Pool create(Input input) {
        servers = List.copyOf(input.pgConnectOptionsList());
        List<PgConnectOptions> pinned = input.pgConnectOptionsList().stream()
                .map(options -> {
                    PostgresSessions.pin(options, backstop).setConnectTimeout(CONNECT_MILLIS);
                    return options;
                })
                .toList();
        Logins rotating = logins;
        if (rotating != null) {
            return RotatingPool.of(input.vertx(), input.poolOptions(), pinned, rotating);
        }
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(List.<SqlConnectOptions>copyOf(pinned))
                .using(input.vertx())
                .build();
    }
}
