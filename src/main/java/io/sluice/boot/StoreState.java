package io.sluice.boot;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.sluice.redis.RedisObserver;
import io.sluice.telemetry.Meters;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** What is known of Redis: metrics, one log line per change, and what {@code ready} says of it. */
final class StoreState implements RedisObserver {
    private static final Logger LOG = Logger.getLogger(StoreState.class);

    private final Timer replies;
    private final Counter failures;
    private final BooleanSupplier alive;
    private final AtomicBoolean open = new AtomicBoolean();
    private boolean said = true;

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
        open.set(nowOpen);
    }

    /** Says in the log, once each, that Redis went away and that it is back; to be called about once a second. */
    void look() {
        boolean up = up();
        if (up == said) {
            return;
        }
        said = up;
        if (up) {
            LOG.info("Redis answers again: limits and cache are shared");
        } else {
            LOG.warn("Redis does not answer: limits go by their on-store-failure, the shared cache is skipped");
        }
    }

    boolean up() {
        return alive.getAsBoolean() && !open.get();
    }
}
