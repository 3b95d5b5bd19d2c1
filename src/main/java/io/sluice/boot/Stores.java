package io.sluice.boot;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheSettings;
import io.sluice.cache.CacheStore;
import io.sluice.cache.LocalCacheStore;
import io.sluice.cache.Timer;
import io.sluice.config.Config;
import io.sluice.gateway.AnswerFailures;
import io.sluice.gateway.Prepared;
import io.sluice.limit.Limiter;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.origin.Answer;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What counts and what keeps: on the store that a fleet shares, or in this process alone. */
final class Stores {
    /** One for each thread: event loops draw from it on hits. */
    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    /** Counters kept in this process at most; each is a few dozen bytes. */
    private static final long MOST_COUNTERS = 1_000_000;

    private Stores() {}

    static Limiter limiter(Vertx vertx, @Nullable Shared shared) {
        MemoryLimitStore here = new MemoryLimitStore(Stores::micros, MOST_COUNTERS);
        if (shared == null) {
            return Limiter.alone(here);
        }
        Limiter limiter = new Limiter(shared.limits, here, shared.fleet::instances, System::nanoTime);
        shared.onLost(limiter::storeLost);
        vertx.setPeriodic(Limiter.TICK_MILLIS, tick -> limiter.tick());
        return limiter;
    }

    static Cache<Prepared, Answer> cache(@Nullable Shared shared, Config config, Timer timer) {
        CacheStore store = shared == null ? new LocalCacheStore(Stores::micros) : shared.cache;
        return new Cache<>(
                store, Prepared::of, new AnswerFailures(), settings(config), timer, System::nanoTime, RANDOM);
    }

    /** Of the epoch. */
    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static CacheSettings settings(Config config) {
        CacheSettings standard = CacheSettings.DEFAULT;
        // Whoever waits for another's load waits as long as its origin may take.
        long slowest = TimeUnit.MILLISECONDS.toMicros(config.slowestOrigin().toMillis() + 500);
        return new CacheSettings(
                config.near().bytes(),
                standard.lease(),
                Math.max(standard.loadDeadline(), 2 * slowest),
                Math.max(standard.waiterDeadline(), slowest),
                standard.pass(),
                standard.retry(),
                standard.jitter(),
                standard.maxWaitersPerKey(),
                standard.maxWaiters());
    }
}
