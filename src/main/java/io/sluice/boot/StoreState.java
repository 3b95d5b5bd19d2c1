package io.sluice.boot;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.sluice.redis.RedisObserver;
import io.sluice.telemetry.Meters;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What is known of Redis: metrics, one log line per change, and what {@code ready} says of it. */
final class StoreState implements RedisObserver {
    private static final Logger LOG = Logger.getLogger(StoreState.class);

    private final Timer replies;
    private final Counter failures;
    private final BooleanSupplier alive;
    private final AtomicBoolean open = new AtomicBoolean();
    private final AtomicBoolean saidAway = new AtomicBoolean();

    StoreState(Meters meters, BooleanSupplier alive) {
        this.replies = meters.store("limits");
        this.failures = meters.storeFailures("limits");
        this.alive = alive;
        meters.breaker("redis", () -> open.get() ? 2 : 0);
    }

    @Override
    public void replied(long nanos) {
        replies.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void failed() {
        failures.increment();
    }

    @Override
    public void breaker(boolean nowOpen) {
        if (open.compareAndSet(!nowOpen, nowOpen)) {
            if (nowOpen) {
                away(null);
            } else {
                saidAway.set(false);
                LOG.info("Redis answers again: limits and cache are shared");
            }
        }
    }

    /** Says once per outage that Redis is away. */
    void away(@Nullable String why) {
        if (saidAway.compareAndSet(false, true)) {
            LOG.warnf(
                    "Redis does not answer%s: limits go by their on-store-failure, the shared cache is skipped",
                    why == null ? "" : " (" + why + ")");
        }
    }

    boolean up() {
        return alive.getAsBoolean() && !open.get();
    }
}
