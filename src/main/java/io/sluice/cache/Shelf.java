package io.sluice.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Puts entries near, finds those that may stand in, and dates them. */
final class Shelf<P> {
    private final CacheStore store;
    private final Barriers barriers;
    private final Function<Entry, P> prepare;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final double jitter;
    private final NearCache<P> near;

    Shelf(
            CacheStore store,
            Function<Entry, P> prepare,
            CacheSettings settings,
            LongSupplier clock,
            RandomGenerator random) {
        this.store = store;
        this.barriers = store.barriers();
        this.prepare = prepare;
        this.clock = clock;
        this.random = random;
        this.jitter = settings.jitter();
        this.near = new NearCache<>(settings.nearBytes());
    }

    NearCache<P> near() {
        return near;
    }

    /** The epoch in which what the store says next may be kept; negative when nothing may be. */
    long epoch() {
        return store.alive() ? barriers.epoch() : -1;
    }

    /** What {@link #holds} compares. */
    long proof() {
        return store.alive() ? barriers.heard() : -1;
    }

    /** Whether every barrier acknowledged by now had been heard when this proof was taken. */
    boolean holds(long proof) {
        return proof >= 0 && proof == proof();
    }

    /**
     * Prepares an entry, and keeps it near if every barrier since the store was asked has been or will be heard.
     *
     * @param epoch what {@link #epoch} said before the store was asked
     */
    Slot.Kept<P> keep(Place place, Entry entry, long startNanos, long epoch, long nowNanos) {
        String[] names = Barriers.names(place.key(), entry.tags());
        Near<P> made = new Near<>(entry, prepare.apply(entry), startNanos);
        Slot.Kept<P> kept = new Slot.Kept<>(made, names, epoch, nowNanos);
        if (kept.current(barriers, clock)) {
            near.put(place.at(), kept);
        }
        return kept;
    }

    /** The same with more headers, for one caller: nothing of it is kept. */
    Near<P> with(Near<P> near, List<String> more) {
        if (more.isEmpty()) {
            return near;
        }
        Entry shared = near.entry();
        List<String> headers = new ArrayList<>(shared.headers());
        headers.addAll(more);
        Entry own = new Entry(
                shared.status(),
                headers,
                shared.body(),
                shared.start(),
                shared.initialAge(),
                shared.fresh(),
                shared.refreshAfter(),
                shared.lead(),
                shared.staleWhileRevalidate(),
                shared.staleIfError(),
                shared.tags());
        return new Near<>(own, prepare.apply(own), near.startNanos());
    }

    Slot.@Nullable Kept<P> kept(CacheKey at) {
        return near.get(at) instanceof Slot.Kept<P> kept ? kept : null;
    }

    boolean current(Slot.Kept<P> kept) {
        return store.alive() && kept.current(barriers, clock);
    }

    /** What may be served as fresh now; null when it is stale, or may be void. */
    @Nullable
    Near<P> fresh(Slot.Kept<P> kept) {
        if (!current(kept)) {
            return null;
        }
        Near<P> near = kept.near();
        return near.ttl(clock.getAsLong()) > 0 ? near : null;
    }

    /**
     * What may stand in for an answer.
     *
     * @param told what the store said is there
     * @param down whether the store could not be asked: then what was heard has to do
     */
    @Nullable
    Near<P> standIn(CacheKey at, Slot.@Nullable Kept<P> told, boolean down) {
        Slot.Kept<P> kept = told;
        if (kept == null) {
            kept = kept(at);
            if (kept != null && !down && !current(kept)) {
                return null;
            }
        }
        if (kept == null || !kept.perhaps(barriers, clock)) {
            return null;
        }
        Near<P> near = kept.near();
        Entry entry = near.entry();
        long longest = Math.max(entry.staleIfError(), entry.staleWhileRevalidate());
        long ttl = near.ttl(clock.getAsLong());
        return ttl > 0 || -ttl < longest ? near : null;
    }

    /**
     * Jitter only shortens, so that entries stored together do not expire together.
     *
     * @param took how long the load took, in microseconds
     */
    Entry date(Draft draft, long start, long took) {
        double part = 1 - jitter * random.nextDouble();
        return new Entry(
                draft.status(),
                draft.headers(),
                draft.body(),
                start,
                draft.initialAge(),
                (long) (draft.fresh() * part),
                draft.refreshAfter() <= 0 || draft.refreshAfter() == Long.MAX_VALUE
                        ? Long.MAX_VALUE
                        : (long) (draft.refreshAfter() * part),
                (long) (draft.refreshEarly() * took),
                draft.staleWhileRevalidate(),
                draft.staleIfError(),
                draft.tags());
    }

    /** Up to a tenth, so that those who wait do not come back together. */
    long spread(long micros) {
        return micros + (long) (micros * 0.1 * random.nextDouble());
    }
}
