package io.sluice.boot;

import io.quarkus.arc.Arc;
import io.quarkus.arc.Unremovable;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.sluice.redis.Clients;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Makes clients with the options that Quarkus made from its own keys, credentials and TLS included. Quarkus makes a
 * single client, and a client does all its input and output on one event loop.
 */
@Singleton
@Unremovable
public class RedisClients implements RedisOptionsCustomizer {
    private static final String DEFAULT = "<default>";

    private volatile @Nullable RedisOptions options;

    @Override
    public void customize(String name, RedisOptions made) {
        if (DEFAULT.equals(name)) {
            options = made;
        }
    }

    /** @param redis the client of Quarkus, by the making of which the options become known; it is never connected */
    static Clients like(Vertx vertx, Redis redis) {
        RedisOptions known = Arc.container().instance(RedisClients.class).get().options;
        if (known == null) {
            throw new IllegalStateException("Quarkus has not told the options of " + redis);
        }
        return new Clients(vertx, known);
    }
}
