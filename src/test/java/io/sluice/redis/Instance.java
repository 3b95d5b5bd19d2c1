package io.sluice.redis;

import static org.awaitility.Awaitility.await;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheSettings;
import io.sluice.cache.Drafts;
import io.sluice.cache.Timer;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** One instance of a fleet, with connections of its own. */
final class Instance implements AutoCloseable {
    static final CacheSettings SETTINGS =
            new CacheSettings(1 << 20, 1_000_000, 30_000_000, 10_000_000, 5_000_000, 1_000_000, 0.1, 1000, 5000);
    static final String PREFIX = "sluice:";

    final OneConnection commands;
    final Backplane backplane;
    final RedisCacheStore store;
    final Cache<String, String> cache;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    Instance(Vertx vertx, String url) {
        commands = new OneConnection(vertx, url);
        backplane = new Backplane(
                vertx,
                () -> Redis.createClient(vertx, new RedisOptions().setConnectionString(url)),
                commands,
                PREFIX,
                System::nanoTime);
        Timer timer = Timer.on(executor);
        store = new RedisCacheStore(commands, backplane, PREFIX, timer, 2_000_000);
        cache = new Cache<>(store, Drafts::prepared, Drafts.FAILURES, SETTINGS, timer, System::nanoTime, new Random(1));
        backplane.start();
    }

    Instance ready() {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(backplane::believes);
        return this;
    }

    /** As when the process is killed. */
    void die() {
        commands.cut();
        backplane.cut();
        executor.shutdownNow();
    }

    @Override
    public void close() {
        backplane.close();
        die();
    }
}
