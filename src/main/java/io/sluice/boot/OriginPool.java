package io.sluice.boot;

import io.sluice.config.Origins;
import io.sluice.origin.Origin;
import io.sluice.origin.OriginObserver;
import io.sluice.origin.Retiring;
import io.sluice.origin.http.HttpOrigin;
import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.Connections;
import io.sluice.origin.postgres.Cursors;
import io.sluice.origin.postgres.PostgresOrigin;
import io.sluice.origin.postgres.PostgresSpec;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The origins of all tables in use: a reload keeps those whose declaration did not change, with their connections. */
final class OriginPool {
    private final Vertx vertx;
    private final @Nullable Connections database;
    private final Cursors cursors;
    private final OriginObserver observer;
    private Map<Object, Kept> kept = Map.of();

    private record Kept(Retiring origin, @Nullable PostgresOrigin postgres) {
        void close() {
            if (postgres != null) {
                postgres.close();
            }
            origin.close();
        }
    }

    /** @param database null: there is no datasource */
    OriginPool(Vertx vertx, @Nullable Connections database, Cursors cursors, OriginObserver observer) {
        this.vertx = vertx;
        this.database = database;
        this.cursors = cursors;
        this.observer = observer;
    }

    boolean hasPostgres() {
        return database != null;
    }

    Draft draft() {
        return new Draft();
    }

    /** A route whose origin was dropped or replaced is not known to be down. */
    private void forget(Object spec) {
        if (spec instanceof HttpSpec http) {
            observer.breaker(http.route(), false);
        } else if (spec instanceof PostgresSpec postgres) {
            observer.breaker(postgres.route(), false);
            observer.misfit(postgres.route(), null);
        }
    }

    /** The origins of a table that may yet be refused. */
    final class Draft implements Origins {
        private final Map<Object, Kept> named = new HashMap<>();

        @Override
        public Origin http(HttpSpec spec) {
            return named.computeIfAbsent(
                            spec,
                            s -> existing(s, () -> new Kept(new Retiring(new HttpOrigin(vertx, spec, observer)), null)))
                    .origin();
        }

        @Override
        public Origin postgres(PostgresSpec spec) {
            Connections connections = database;
            if (connections == null) {
                throw new IllegalStateException("no datasource");
            }
            return named.computeIfAbsent(
                            spec,
                            s -> existing(s, () -> {
                                PostgresOrigin origin = new PostgresOrigin(vertx, connections, spec, cursors, observer);
                                return new Kept(new Retiring(origin), origin);
                            }))
                    .origin();
        }

        private Kept existing(Object spec, Supplier<Kept> make) {
            Kept known = kept.get(spec);
            return known == null ? make.get() : known;
        }

        /** The Postgres origins by the route they were declared on. */
        Map<String, PostgresOrigin> statements() {
            Map<String, PostgresOrigin> statements = new HashMap<>();
            named.forEach((spec, one) -> {
                if (spec instanceof PostgresSpec postgres && one.postgres() != null) {
                    statements.put(postgres.route(), one.postgres());
                }
            });
            return statements;
        }

        /** The table is in use: what only older ones named is closed when its last call has ended. */
        void adopt() {
            Set<Kept> dropped = new HashSet<>(kept.values());
            Set<Object> renewed = new HashSet<>(kept.keySet());
            dropped.removeAll(named.values());
            kept = Map.copyOf(named);
            dropped.forEach(Kept::close);
            named.keySet().forEach(renewed::remove);
            renewed.forEach(OriginPool.this::forget);
        }

        /** The table was refused: what was made for it goes. */
        void abandon() {
            Set<Kept> made = new HashSet<>(named.values());
            made.removeAll(kept.values());
            made.forEach(Kept::close);
        }
    }
}
