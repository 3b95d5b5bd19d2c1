package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/** Counters in Redis, decided there by one script; what one event loop asks in one tick goes in one call. */
public final class RedisLimitStore implements LimitStore {
    /** @param deadline from asking to {@link Decision.Unavailable}; 20 ms unless configured */
    public RedisLimitStore(Vertx vertx, Commands commands, Duration deadline, RedisObserver observer) {}

    @Override
    public Uni<List<Decision>> acquire(List<Ask> asks) {
        throw new UnsupportedOperationException();
    }
}
