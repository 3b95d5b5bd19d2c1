package io.sluice.redis;

import io.netty.util.concurrent.FastThreadLocal;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters in Redis, decided there by one script; what one event loop asks in one tick goes in one call, which is
 * what a request costs least by. A breaker per event loop keeps requests from waiting for a Redis that is away.
 */
public final class RedisLimitStore implements LimitStore {
    private final Commands commands;
    private final Script script;
    private final Duration deadline;
    private final RedisObserver observer;
    private final ContextInternal elsewhere;
    private final AtomicInteger open = new AtomicInteger();
    private final FastThreadLocal<LimitLane> lanes = new FastThreadLocal<>();

    /**
     * @param deadline from asking to {@link Decision.Unavailable}, in whole ms; 20 ms unless configured
     * @param commands sends on the connection of the calling event loop
     */
    public RedisLimitStore(Vertx vertx, Commands commands, Duration deadline, RedisObserver observer) {
        this(vertx, commands, deadline, observer, Script.load("limit-acquire.lua"));
    }

    RedisLimitStore(Vertx vertx, Commands commands, Duration deadline, RedisObserver observer, Script script) {
        this.commands = commands;
        this.script = script;
        this.deadline = deadline;
        this.observer = observer;
        this.elsewhere = ((VertxInternal) vertx).createEventLoopContext();
    }

    /** Decides when subscribed to; a caller on an event loop is told on its own context. */
    @Override
    public Uni<List<Decision>> acquire(List<Ask> asks) {
        if (asks.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return Uni.createFrom().emitter(emitter -> {
            ContextInternal loop = EventLoops.current();
            if (loop != null) {
                lane(loop).acquire(asks, new Waiter(asks.size(), emitter, ContextInternal.current()));
            } else {
                elsewhere.runOnContext(v -> lane(elsewhere).acquire(asks, new Waiter(asks.size(), emitter, null)));
            }
        });
    }

    @Override
    public Uni<Boolean> settle(List<io.sluice.limit.Settlement> settlements) {
        return Uni.createFrom().item(false);
    }

    private LimitLane lane(Context context) {
        LimitLane lane = lanes.get();
        if (lane == null) {
            lane = new LimitLane(context, commands, script, deadline, observer, this::breaker);
            lanes.set(lane);
        }
        return lane;
    }

    private void breaker(boolean opened) {
        if (opened && open.getAndIncrement() == 0) {
            observer.breaker(true);
        } else if (!opened && open.decrementAndGet() == 0) {
            observer.breaker(false);
        }
    }
}
