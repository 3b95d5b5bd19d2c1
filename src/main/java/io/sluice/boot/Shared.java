package io.sluice.boot;

import io.sluice.cache.CacheStore;
import io.sluice.cache.Timer;
import io.sluice.config.Config;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Numbers;
import io.sluice.redis.Backplane;
import io.sluice.redis.Clients;
import io.sluice.redis.Cluster;
import io.sluice.redis.ClusterLimitStore;
import io.sluice.redis.Commands;
import io.sluice.redis.Fleet;
import io.sluice.redis.PinnedConnections;
import io.sluice.redis.RedisCacheStore;
import io.sluice.redis.RedisLimitStore;
import io.sluice.redis.RedisOverrides;
import io.sluice.telemetry.Meters;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the fleet shares, in Redis. */
final class Shared implements AutoCloseable {
    static final String PREFIX = "sluice:";
    /** Of everything that the cache and the fleet share on a cluster. */
    private static final String CLUSTER_PREFIX = PREFIX + "{c}:";

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
    private final @Nullable Cluster cluster;
    private final Vertx vertx;
    /** Reaches the limits' keys. */
    private final Commands commands;

    private @Nullable RedisOverrides running;
    private @Nullable Future<?> looks;

    Shared(Vertx vertx, Redis redis, Config config, Timer timer, Meters meters) {
        Clients made = RedisClients.like(vertx, redis);
        Cluster nodes = made.areOfCluster() ? made.cluster() : null;
        this.cluster = nodes;
        this.vertx = vertx;
        String prefix = nodes == null ? PREFIX : CLUSTER_PREFIX;
        // On a cluster what the cache shares lies in one slot, and goes over connections to whichever node has it.
        Supplier<Redis> clients = nodes == null ? made.single() : nodes.home(prefix);
        this.connections = new PinnedConnections(vertx, clients);
        this.backplane = new Backplane(vertx, clients, connections, prefix, System::nanoTime);
        this.state = new StoreState(meters, backplane::alive);
        this.cache = new RedisCacheStore(connections, backplane, prefix, timer, CACHE_DEADLINE_MICROS);
        Duration deadline = config.store().deadline();
        if (nodes == null) {
            this.limits = new RedisLimitStore(vertx, connections, deadline, state);
            this.fleet = new Fleet(vertx, connections, config.instances());
        } else {
            this.limits = new ClusterLimitStore(vertx, nodes, deadline, state);
            this.fleet = new Fleet(vertx, nodes, config.instances());
            nodes.onMove(prefix, connections::redial);
            nodes.onMove(prefix, backplane::redial);
        }
        this.commands = nodes == null ? connections : nodes;
        connections.onNewServer((runId, connection) -> backplane.serverChanged(connection));
    }

    /** What to do when a connection broke, or another server answers: the store may not know what was taken of it. */
    void onLost(Runnable lost) {
        if (cluster == null) {
            connections.onLost(lost);
        } else {
            cluster.onLost(lost);
        }
    }

    /**
     * Connects in the background: Redis may be away.
     *
     * @param overrides is told all overrides in force
     */
    void start(ScheduledExecutorService timers, Consumer<Map<String, Numbers>> overrides) {
        if (cluster != null) {
            cluster.start();
        }
        backplane.start();
        fleet.start();
        running = new RedisOverrides(vertx, commands, overrides, System::nanoTime).start();
        looks = timers.scheduleAtFixedRate(state::look, FIRST_LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        Future<?> looking = looks;
        if (looking != null) {
            looking.cancel(false);
        }
        RedisOverrides asking = running;
        if (asking != null) {
            asking.close();
        }
        fleet.close();
        backplane.close();
        connections.close();
        if (cluster != null) {
            cluster.close();
        }
    }
}
