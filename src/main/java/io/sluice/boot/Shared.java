package io.sluice.boot;

import io.sluice.cache.CacheStore;
import io.sluice.cache.Timer;
import io.sluice.config.Config;
import io.sluice.limit.LimitStore;
import io.sluice.redis.Backplane;
import io.sluice.redis.Fleet;
import io.sluice.redis.PinnedConnections;
import io.sluice.redis.RedisCacheStore;
import io.sluice.redis.RedisLimitStore;
import io.sluice.telemetry.Meters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;

/** What the fleet shares, in Redis. */
final class Shared implements AutoCloseable {
    static final String PREFIX = "sluice:";
    /** Longer than a limit waits: what a late answer of the shared cache costs is one origin call. */
    private static final long CACHE_DEADLINE_MICROS = 250_000;

    final LimitStore limits;
    final CacheStore cache;
    final Fleet fleet;
    final StoreState state;
    private final PinnedConnections connections;
    private final Backplane backplane;

    Shared(Vertx vertx, Redis redis, Config config, Timer timer, Meters meters) {
        this.connections = new PinnedConnections(vertx, redis);
        this.backplane = new Backplane(vertx, redis, connections, PREFIX, System::nanoTime);
        this.state = new StoreState(meters, backplane::alive);
        this.limits = new RedisLimitStore(vertx, connections, config.store().deadline(), state);
        this.cache = new RedisCacheStore(connections, backplane, PREFIX, timer, CACHE_DEADLINE_MICROS);
        this.fleet = new Fleet(vertx, connections, config.instances());
        connections.onNewServer((runId, connection) -> {
            backplane.serverChanged();
            return Future.succeededFuture();
        });
    }

    /** Connects in the background: Redis may be away. */
    void start() {
        backplane.start().onFailure(away -> state.away(away.getMessage()));
        fleet.start();
    }

    @Override
    public void close() {
        fleet.close();
        backplane.close().onFailure(away -> state.away(away.getMessage()));
        connections.close();
    }
}
