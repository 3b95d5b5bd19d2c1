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
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the fleet shares, in Redis. */
final class Shared implements AutoCloseable {
    static final String PREFIX = "sluice:";
    /** Longer than a limit waits: what a late answer of the shared cache costs is one origin call. */
    private static final long CACHE_DEADLINE_MICROS = 250_000;

    /** Long enough for a first connection, so that a normal start says nothing. */
    private static final long FIRST_LOOK_MILLIS = 2_000;

    private static final long LOOK_MILLIS = 500;

    final LimitStore limits;
    final CacheStore cache;
    final Fleet fleet;
    final StoreState state;
    private final PinnedConnections connections;
    private final Backplane backplane;
    private @Nullable Future<?> looks;

    Shared(Vertx vertx, Redis redis, Config config, Timer timer, Meters meters) {
        Supplier<Redis> clients = RedisClients.as(vertx, redis);
        this.connections = new PinnedConnections(vertx, clients);
        this.backplane = new Backplane(vertx, clients, connections, PREFIX, System::nanoTime);
        this.state = new StoreState(meters, backplane::alive);
        this.limits = new RedisLimitStore(vertx, connections, config.store().deadline(), state);
        this.cache = new RedisCacheStore(connections, backplane, PREFIX, timer, CACHE_DEADLINE_MICROS);
        this.fleet = new Fleet(vertx, connections, config.instances());
        connections.onNewServer((runId, connection) -> backplane.serverChanged(connection));
    }

    /** What to do when a connection broke, or another server answers: the store may not know what was taken of it. */
    void onLost(Runnable lost) {
        connections.onLost(lost);
    }

    /** Connects in the background: Redis may be away. */
    void start(ScheduledExecutorService timers) {
        backplane.start();
        fleet.start();
        looks = timers.scheduleAtFixedRate(state::look, FIRST_LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        Future<?> looking = looks;
        if (looking != null) {
            looking.cancel(false);
        }
        fleet.close();
        backplane.close();
        connections.close();
    }
}
