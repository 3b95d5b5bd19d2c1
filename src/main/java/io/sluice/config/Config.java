package io.sluice.config;

import io.sluice.client.AccessLists;
import io.sluice.client.Cidr;
import io.sluice.client.ClientSource;
import io.sluice.client.TrustedProxies;
import io.sluice.limit.Limit;
import io.sluice.origin.postgres.Returns;
import io.sluice.route.LimitHeaders;
import io.sluice.route.Questions;
import io.sluice.token.TokenSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that was read without a mistake; immutable.
 *
 * @param file as the user named it
 * @param clients in order; the first present names the client
 * @param access who is never limited, and who is never served
 * @param tokens whose tokens are believed; null: none
 * @param database what holds for the database of all Postgres routes
 * @param instances how many instances are taken to share the limits before the store has told; at least 1
 * @param headers which fields tell clients of their limits
 * @param limits by name, in the file's order
 * @param questions what others may ask
 * @param grpcPort where Envoy's service listens; null: nowhere
 * @param routes in the file's order
 */
public record Config(
        String file,
        List<ClientSource> clients,
        TrustedProxies trustedProxies,
        AccessLists access,
        @Nullable TokenSettings tokens,
        DatabaseConfig database,
        int instances,
        Store store,
        Near near,
        LimitHeaders headers,
        Map<String, Limit> limits,
        Questions questions,
        @Nullable Integer grpcPort,
        List<RouteConfig> routes) {
    public Config {
        clients = List.copyOf(clients);
        routes = List.copyOf(routes);
    }

    /** @param deadline how long one request waits for the limits' store */
    public record Store(Duration deadline) {}

    /**
     * @param bytes the most that the near cache holds in this process
     * @param showKeysTo whose requests may ask for the key of their answer
     */
    public record Near(long bytes, List<Cidr> showKeysTo) {}

    /** The longest that any route's origin may take. */
    public Duration slowestOrigin() {
        return routes.stream()
                .map(route -> route.target() instanceof TargetConfig.Http http
                        ? http.spec().timeout()
                        : route.target() instanceof TargetConfig.Postgres postgres
                                ? postgres.spec().timeout()
                                : Duration.ZERO)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** Whether the entries of a route carry tags, so that what happens elsewhere can void them. */
    public boolean hasTags() {
        return routes.stream()
                .map(RouteConfig::cache)
                .anyMatch(cache -> cache != null && !cache.tags().isEmpty());
    }

    /** Whether a route has pages that are found by a cursor. */
    public boolean hasCursors() {
        return routes.stream()
                .anyMatch(route -> route.target() instanceof TargetConfig.Postgres postgres
                        && postgres.spec().returns() instanceof Returns.Page page
                        && page.style() == Returns.Style.CURSOR);
    }

    public boolean needsPostgres() {
        return routes.stream().anyMatch(route -> route.target() instanceof TargetConfig.Postgres);
    }

    /** Where {@code postgres} stands on each route that has it. */
    public List<Place> postgresPlaces() {
        return routes.stream()
                .filter(route -> route.target() instanceof TargetConfig.Postgres)
                .map(route -> ((TargetConfig.Postgres) route.target()).place())
                .toList();
    }

    /** Where a route's SQL starts, for what Postgres says of it as a whole. */
    public Place placeOfSql(String route) {
        return placeOfSql(route, 0, 0);
    }

    /**
     * Where a character of a route's SQL stands.
     *
     * @param statement which of the route's, from 0
     * @param offset in characters from the start of the SQL as {@code PostgresSpec} has it
     */
    public Place placeOfSql(String route, int statement, int offset) {
        for (RouteConfig candidate : routes) {
            if (candidate.name().equals(route) && candidate.target() instanceof TargetConfig.Postgres postgres) {
                return postgres.sql().get(statement).at(offset);
            }
        }
        return Place.of(file);
    }
}
