package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Settlement;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters in a Redis Cluster. What lies in one slot is decided there by one script, as {@link RedisLimitStore} does;
 * the rest is taken slot by slot. A breaker per event loop and node: where one is away, the others serve.
 */
public final class ClusterLimitStore implements LimitStore {
    private static final String NOBODY = "";

    private final Vertx vertx;
    private final Cluster cluster;
    private final Duration deadline;
    private final LimitScripts scripts;
    private final RedisObserver observer;
    private final SlotBySlot slotBySlot;
    private final ConcurrentMap<String, RedisLimitStore> stores = new ConcurrentHashMap<>();

    /** @param deadline from asking to {@link Decision.Unavailable}, in whole ms, however many slots a request takes */
    public ClusterLimitStore(Vertx vertx, Cluster cluster, Duration deadline, RedisObserver observer) {
        this(vertx, cluster, deadline, observer, LimitScripts.load());
    }

    ClusterLimitStore(Vertx vertx, Cluster cluster, Duration deadline, RedisObserver observer, LimitScripts scripts) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.deadline = deadline;
        this.observer = new AnyNode(observer);
        this.scripts = scripts;
        this.slotBySlot = new SlotBySlot(vertx, this::at, HashSlot::of, Math.max(1, deadline.toMillis()));
        cluster.onChange(() -> stores.keySet().retainAll(cluster.map().primaries()));
    }

    /** Who has the slot now decides by which breaker it goes; the script itself finds its way by its keys. */
    private RedisLimitStore at(int slot) {
        String owner = cluster.map().owner(slot);
        String address = owner == null ? NOBODY : owner;
        RedisLimitStore known = stores.get(address);
        return known == null
                ? stores.computeIfAbsent(
                        address, node -> new RedisLimitStore(vertx, cluster, deadline, observer, scripts, true))
                : known;
    }

    @Override
    public Uni<List<Decision>> acquire(List<Ask> asks) {
        return slotBySlot.acquire(asks);
    }

    @Override
    public boolean together(List<Ask> asks) {
        return slotBySlot.together(asks);
    }

    @Override
    public Uni<List<Settlement>> settle(List<Settlement> settlements) {
        return slotBySlot.settle(settlements);
    }

    /** Tells of a breaker while that of any node is open. */
    private static final class AnyNode implements RedisObserver {
        private final RedisObserver observer;
        private final AtomicInteger open = new AtomicInteger();

        AnyNode(RedisObserver observer) {
            this.observer = observer;
        }

        @Override
        public void replied(long nanos) {
            observer.replied(nanos);
        }

        @Override
        public void failed() {
            observer.failed();
        }

        @Override
        public void breaker(boolean opened) {
            if (opened && open.getAndIncrement() == 0) {
                observer.breaker(true);
            } else if (!opened && open.decrementAndGet() == 0) {
                observer.breaker(false);
            }
        }
    }
}
