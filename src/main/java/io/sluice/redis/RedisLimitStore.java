package io.sluice.redis;

import io.netty.channel.EventLoop;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Settlement;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters in Redis, decided there by one script; what one event loop asks in one tick goes in one call, which is
 * what a request costs least by. A breaker per event loop keeps requests from waiting for a Redis that is away.
 */
public final class RedisLimitStore implements LimitStore {
    private final Commands commands;
    private final LimitScripts scripts;
    private final Duration deadline;
    private final RedisObserver observer;
    private final boolean cluster;
    private final ContextInternal elsewhere;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<EventLoop, LimitLane> lanes = new ConcurrentHashMap<>();

    /**
     * @param deadline from asking to {@link Decision.Unavailable}, in whole ms; 20 ms unless configured
     * @param commands sends on the connection of the calling event loop
     */
    public RedisLimitStore(Vertx vertx, Commands commands, Duration deadline, RedisObserver observer) {
        this(vertx, commands, deadline, observer, LimitScripts.load(), false);
    }

    /** @param cluster whether keys have slots, and one call reaches one of them; the keys of one request share it */
    RedisLimitStore(
            Vertx vertx,
            Commands commands,
            Duration deadline,
            RedisObserver observer,
            LimitScripts scripts,
            boolean cluster) {
        this.cluster = cluster;
        this.commands = commands;
        this.scripts = scripts;
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
                lane(loop).acquire(asks, new Waiter(asks, emitter, ContextInternal.current()));
            } else {
                elsewhere.runOnContext(v -> lane(elsewhere).acquire(asks, new Waiter(asks, emitter, null)));
            }
        });
    }

    @Override
    public Uni<List<Settlement>> settle(List<Settlement> settlements) {
        if (settlements.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return Uni.createFrom().emitter(emitter -> {
            ContextInternal loop = EventLoops.current();
            ContextInternal own = loop == null ? elsewhere : loop;
            Runnable send = () -> lane(own).settle(settlements).onSuccess(emitter::complete);
            if (loop == null) {
                elsewhere.runOnContext(v -> send.run());
            } else {
                send.run();
            }
        });
    }

    private LimitLane lane(ContextInternal context) {
        LimitLane lane = lanes.get(context.nettyEventLoop());
        if (lane == null) {
            lane = new LimitLane(context, commands, scripts, deadline, observer, this::breaker, cluster);
            lanes.put(context.nettyEventLoop(), lane);
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
