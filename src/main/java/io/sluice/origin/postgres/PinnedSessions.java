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

/** Makes the pool with what every session must have pinned, and knows how its connections are made. */
@Singleton
public class PinnedSessions implements PgPoolCreator {
    private static final int CONNECT_MILLIS = 2_000;

    private final Duration backstop;
    private volatile List<PgConnectOptions> servers = List.of();

    /** @param backstop after which Postgres itself ends a statement whose gateway died; longer than any route's timeout */
    @Inject
    PinnedSessions(@ConfigProperty(name = "sluice.postgres.backstop", defaultValue = "10m") Duration backstop) {
        this.backstop = backstop;
    }

    /** Where the pool connects to; empty before there is a pool. */
    List<PgConnectOptions> servers() {
        return servers;
    }

    @Override
    public Pool create(Input input) {
        servers = List.copyOf(input.pgConnectOptionsList());
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(input.pgConnectOptionsList().stream()
                        .map(options -> (SqlConnectOptions)
                                PostgresSessions.pin(options, backstop).setConnectTimeout(CONNECT_MILLIS))
                        .toList())
                .using(input.vertx())
                .build();
    }
}
