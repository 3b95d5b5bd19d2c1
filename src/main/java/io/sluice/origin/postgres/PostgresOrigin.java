package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.Origin;
import io.sluice.origin.OriginObserver;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.function.Supplier;

/** A declared SQL read route as an origin. */
public final class PostgresOrigin implements Origin {
    public PostgresOrigin(Vertx vertx, Supplier<Pool> pool, PostgresSpec spec) {
        this(vertx, pool, spec, OriginObserver.NONE);
    }

    public PostgresOrigin(Vertx vertx, Supplier<Pool> pool, PostgresSpec spec, OriginObserver observer) {}

    /** Has Postgres check the statement and tell its parameters' types. */
    public Uni<Prepared> prepare() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<Answer> ask(Call call) {
        throw new UnsupportedOperationException();
    }
}
