package io.sluice.boot;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.sluice.origin.postgres.PostgresSessions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;

/** Makes the pool with what every session must have pinned. */
@Singleton
public class PinnedSessions implements PgPoolCreator {
    @Override
    public Pool create(Input input) {
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(input.pgConnectOptionsList().stream()
                        .map(options -> (SqlConnectOptions) PostgresSessions.pin(options))
                        .toList())
                .using(input.vertx())
                .build();
    }
}
