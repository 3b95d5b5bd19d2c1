package io.sluice.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Keeps counters in this process: the only store when no Redis is configured, each instance's fallback when there
 * is one, and what the Lua is tested against. Safe for use by many threads.
 *
 * <p>A counter is dropped when its state equals a fresh one's. Beyond the bound on their number the least used are
 * dropped, which forgets what they had counted.
 */
public final class MemoryLimitStore implements LimitStore {
    private final LongSupplier microsClock;
    private final Cache<String, Counter> counters;
    private final Decider decider = new Decider(new Counters());

    /**
     * @param microsClock µs since 1970 UTC; it may step, and a step backwards gives nothing back
     * @param maxKeys counters kept at most
     */
    public MemoryLimitStore(LongSupplier microsClock, long maxKeys) {
        this(microsClock, maxKeys, () -> microsClock.getAsLong() * 1000);
    }

    MemoryLimitStore(LongSupplier microsClock, long maxKeys, Ticker ticker) {
        this.microsClock = microsClock;
        this.counters = Caffeine.newBuilder()
                .maximumSize(maxKeys)
                .ticker(ticker)
                .executor(Runnable::run)
                .expireAfter(Expiry.<String, Counter>writing((key, counter) -> untilFresh(counter)))
                .build();
    }

    @Override
    public Uni<List<Decision>> acquire(List<Ask> asks) {
        return Uni.createFrom().item(() -> decide(asks, 1, true));
    }

    /**
     * Decides at once.
     *
     * @param instances 1, or by how many instances each limit is shared: this one keeps quota ÷ instances and burst ÷
     *     instances, and never less than one request of the limit's declared cost
     * @param take false: says what would be decided, and takes nothing
     */
    public List<Decision> decide(List<Ask> asks, int instances, boolean take) {
        synchronized (counters) {
            return decider.decide(asks, microsClock.getAsLong(), instances, take);
        }
    }

    @Override
    public Uni<List<Settlement>> settle(List<Settlement> settlements) {
        return Uni.createFrom().item(() -> {
            synchronized (counters) {
                long now = microsClock.getAsLong();
                for (Settlement settlement : settlements) {
                    settle(settlement, now);
                }
            }
            return List.of();
        });
    }

    private void settle(Settlement settlement, long now) {
        Counter known = counters.getIfPresent(settlement.key());
        Counter counter = known == null ? Counter.fresh(settlement.limit().algorithm()) : known;
        Terms terms = Terms.of(settlement.limit());
        boolean changed = known != null;
        if (settlement instanceof Settlement.Charge charge) {
            counter.charge(terms, now, charge.units());
            changed = true;
        } else if (settlement instanceof Settlement.Renew renew && counter instanceof SlotCounter slots) {
            slots.hold(terms, now, renew.holder());
            changed = true;
        } else if (settlement instanceof Settlement.Release release && counter instanceof SlotCounter slots) {
            slots.free(release.holder());
        } else if (settlement instanceof Settlement.GiveBack back) {
            changed &= counter.giveBack(terms, now, back.units(), back.receipt());
        }
        if (changed) {
            counters.put(settlement.key(), counter);
        }
    }

    /** How many keys have a counter that differs from a fresh one. */
    public long counters() {
        counters.cleanUp();
        return counters.estimatedSize();
    }

    private Duration untilFresh(Counter counter) {
        long micros = counter.freshAt() - microsClock.getAsLong();
        return Duration.ofNanos(Math.min(Math.max(micros, 1), Long.MAX_VALUE / 2000) * 1000);
    }

    private final class Counters implements Decider.Counters {
        @Override
        public Counter get(Ask ask) {
            Counter counter = counters.getIfPresent(ask.key());
            return counter == null ? Counter.fresh(ask.limit().algorithm()) : counter;
        }

        @Override
        public void put(Ask ask, Counter counter) {
            counters.put(ask.key(), counter);
        }
    }
}
