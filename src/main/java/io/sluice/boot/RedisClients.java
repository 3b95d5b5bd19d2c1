package io.sluice.boot;

import io.quarkus.arc.Arc;
import io.quarkus.arc.Unremovable;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes clients with the options that Quarkus made from its own keys, credentials and TLS included. Quarkus makes a
 * single client, and a client does all its input and output on one event loop.
 */
@Singleton
@Unremovable
public class RedisClients implements RedisOptionsCustomizer {
    private static final String DEFAULT = "<default>";

    /** One is used; another may be needed while that one is given up. */
    private static final int CONNECTIONS = 2;

    private static final int STANDARD_PORT = 6379;

    private volatile @Nullable RedisOptions options;

    @Override
    public void customize(String name, RedisOptions made) {
        if (DEFAULT.equals(name)) {
            options = made;
        }
    }

    /**
     * @param redis the client of Quarkus, by the making of which the options become known; it is never connected
     * @return makes one more client like it, which the caller closes; of sentinels, one that asks them who is primary
     */
    static Supplier<Redis> as(Vertx vertx, Redis redis) {
        RedisOptions known = known(redis);
        return () -> Redis.createClient(vertx, copy(known));
    }

    /** The nodes to begin with, {@code host:port}; empty: it is no cluster. */
    static List<String> seeds(Redis redis) {
        RedisOptions known = known(redis);
        return known.getType() == RedisClientType.CLUSTER
                ? known.getEndpoints().stream().map(RedisClients::address).toList()
                : List.of();
    }

    /** What makes clients of one node of the cluster, by its address; TLS and credentials are those of the first that is configured. */
    static Function<String, Supplier<Redis>> nodes(Vertx vertx, Redis redis) {
        RedisOptions known = known(redis);
        URI first = URI.create(known.getEndpoints().get(0));
        String start = first.getScheme() + "://" + (first.getRawUserInfo() == null ? "" : first.getRawUserInfo() + '@');
        String end = first.getRawQuery() == null ? "" : "?" + first.getRawQuery();
        return address -> () -> Redis.createClient(
                vertx, copy(known).setType(RedisClientType.STANDALONE).setEndpoints(List.of(start + address + end)));
    }

    private static String address(String endpoint) {
        URI uri = URI.create(endpoint);
        return uri.getHost() + ':' + (uri.getPort() < 0 ? STANDARD_PORT : uri.getPort());
    }

    private static RedisOptions copy(RedisOptions known) {
        return new RedisOptions(known)
                .setMaxPoolSize(CONNECTIONS)
                .setMaxPoolWaiting(CONNECTIONS)
                .setAutoFailover(false);
    }

    private static RedisOptions known(Redis redis) {
        RedisOptions known = Arc.container().instance(RedisClients.class).get().options;
        if (known == null) {
            throw new IllegalStateException("Quarkus has not told the options of " + redis);
        }
        return known;
    }
}
