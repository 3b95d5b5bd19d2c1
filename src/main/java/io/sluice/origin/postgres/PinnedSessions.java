package io.sluice.origin.postgres;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the pool with what every session must have pinned. */
@Singleton
public class PinnedSessions implements PgPoolCreator {
    private static final int CONNECT_MILLIS = 2_000;

    private final Duration backstop;

    /** @param backstop after which Postgres itself ends a statement whose gateway died; longer than any route's timeout */
    @Inject
    PinnedSessions(@ConfigProperty(name = "sluice.postgres.backstop", defaultValue = "10m") Duration backstop) {
        this.backstop = backstop;
    }

    @Override
    public Pool create(Input input) {
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
