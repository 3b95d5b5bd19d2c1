package io.sluice.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/** Entries in this process, bounded by bytes. */
final class NearCache<P> {
    private final com.github.benmanes.caffeine.cache.Cache<CacheKey, Slot<P>> slots;

    NearCache(long maxBytes) {
        // Upkeep runs where it falls due, a few at a time: no other thread touches what an event loop reads.
        slots = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((CacheKey key, Slot<P> slot) ->
                        slot.weight() + 2 * key.text().length())
                .executor(Runnable::run)
                .build();
    }

    @Nullable
    Slot<P> get(CacheKey key) {
        return slots.getIfPresent(key);
    }

    /**
     * An entry never replaces one whose load began later, by the same clock: another server's may lag behind. A validation leaves the
     * instant of the store's as it was; then this process' clock tells which was asked for later.
     */
    void put(CacheKey key, Slot<P> slot) {
        slots.asMap().merge(key, slot, NearCache::later);
    }

    /** What is there has grown. */
    void weigh(CacheKey key) {
        Slot<P> slot = slots.getIfPresent(key);
        if (slot != null) {
            slots.asMap().replace(key, slot, slot);
        }
    }

    private static <P> Slot<P> later(Slot<P> old, Slot<P> slot) {
        return old instanceof Slot.Kept<P> before
                        && slot instanceof Slot.Kept<P> after
                        && before.epoch == after.epoch
                        && isLater(before.near(), after.near())
                ? old
                : slot;
    }

    private static boolean isLater(Near<?> one, Near<?> other) {
        long start = one.entry().start();
        return start > other.entry().start()
                || start == other.entry().start() && one.startNanos() - other.startNanos() > 0;
    }

    /** Bytes held, roughly. */
    long weight() {
        slots.cleanUp();
        return slots.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    }

    long size() {
        slots.cleanUp();
        return slots.estimatedSize();
    }
}
