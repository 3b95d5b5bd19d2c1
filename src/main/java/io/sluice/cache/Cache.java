package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The cache as the gateway sees it: near, then shared, then one load.
 *
 * @param <P> what the gateway prepares to write for an entry
 * @param <X> what a loader hands through
 */
public final class Cache<P, X> {
    private final CacheStore store;
    private final Barriers barriers;
    private final CacheSettings settings;
    private final LongSupplier clock;
    private final Shelf<P> shelf;
    private final NearCache<P> near;
    private final Coalescer<P, X> coalescer;
    private final Pending pending;

    /**
     * @param store what the fleet shares
     * @param prepare makes what is written for an entry, once per entry and process
     * @param failures how a failed answer reaches callers that wait in other processes
     * @param nanoClock {@link System#nanoTime}
     * @param random for jitter
     */
    public Cache(
            CacheStore store,
            Function<Entry, P> prepare,
            Failures<X> failures,
            CacheSettings settings,
            Timer timer,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.store = store;
        this.barriers = store.barriers();
        this.settings = settings;
        this.clock = nanoClock;
        Shelf<P> shelf = new Shelf<>(store, prepare, settings, random);
        this.shelf = shelf;
        this.near = shelf.near();
        this.pending = new Pending(store, timer);
        this.coalescer = new Coalescer<>(store, shelf, failures, settings, timer, nanoClock);
    }

    /** The hot path: a near entry that may be served now as fresh, with no trip anywhere; null: do a {@link #lookup}. */
    public @Nullable Near<P> fresh(CacheKey key, Selecting request) {
        Slot<P> slot = near.get(key);
        if (slot instanceof Slot.Varying<P> varying) {
            slot = near.get(Variants.select(key, varying.names(), request).at());
        }
        if (!(slot instanceof Slot.Kept<P> kept) || !store.alive() || !kept.current(barriers)) {
            return null;
        }
        Entry entry = kept.near.entry();
        long now = clock.getAsLong();
        long elapsed = kept.near.elapsed(now);
        return elapsed >= entry.fresh() || elapsed >= entry.refreshAfter() && kept.refreshDue(now) ? null : kept.near;
    }

    /**
     * The whole way. Never fails for an expected reason; cancelling leaves a running load alone. Completes on any thread.
     */
    public Uni<Lookup<P, X>> lookup(CacheKey key, Selecting request, Loader<X> loader) {
        return Uni.createFrom()
                .emitter(emitter -> begin(
                        key,
                        new Caller<>(request, loader, clock.getAsLong() + settings.waiterDeadline() * 1000, emitter)));
    }

    /**
     * What is stored, near or shared, with no load: null where there is nothing. Never fails for an expected reason;
     * completes on any thread.
     *
     * @param maxStale for how many microseconds it may have been stale; 0: it is to be fresh
     */
    public Uni<@Nullable Near<P>> stored(CacheKey key, Selecting request, long maxStale) {
        Place place = Variants.select(key, coalescer.names(key), request);
        Slot.Kept<P> kept = shelf.kept(place.at());
        return kept != null && suits(kept, maxStale)
                ? Uni.createFrom().item(kept.near)
                : read(place, request, maxStale, true);
    }

    private boolean suits(Slot.Kept<P> kept, long maxStale) {
        return shelf.current(kept) && kept.near.ttl(clock.getAsLong()) > -maxStale;
    }

    /** @param follow whether a key that turns out to vary is asked for once more */
    private Uni<@Nullable Near<P>> read(Place place, Selecting request, long maxStale, boolean follow) {
        return Uni.createFrom().deferred(() -> {
            long sent = clock.getAsLong();
            long epoch = shelf.epoch();
            return store.acquire(place, 0).chain(reading -> {
                if (reading instanceof Reading.Fresh found) {
                    return Uni.createFrom().item(kept(place, found.entry(), found.now(), sent, epoch, maxStale));
                } else if (reading instanceof Reading.Held held) {
                    return Uni.createFrom().item(kept(place, held.entry(), held.now(), sent, epoch, maxStale));
                } else if (reading instanceof Reading.Varies varies && follow) {
                    coalescer.varies(place.key(), varies.names());
                    return read(Variants.select(place.key(), varies.names(), request), request, maxStale, false);
                }
                return Uni.createFrom().nullItem();
            });
        });
    }

    private @Nullable Near<P> kept(Place place, @Nullable Entry entry, long now, long sent, long epoch, long maxStale) {
        if (entry == null) {
            return null;
        }
        Slot.Kept<P> kept = shelf.keep(place, entry, sent - (now - entry.start()) * 1000, epoch, clock.getAsLong());
        return suits(kept, maxStale) ? kept.near : null;
    }

    private void begin(CacheKey key, Caller<P, X> caller) {
        Place place = Variants.select(key, coalescer.names(key), caller.request);
        Slot.Kept<P> kept = shelf.kept(place.at());
        if (kept != null && shelf.current(kept)) {
            if (kept.near.entry().validatesAlways()) {
                coalescer.solo.validate(place, kept, caller);
                return;
            }
            if (serve(place, kept, caller)) {
                return;
            }
        }
        if (!coalescer.passes.contains(place.at())) {
            coalescer.dispatch(caller, place);
        } else if (caller.loader.wantsLess()) {
            caller.answer(new Lookup.Alone<>());
        } else {
            coalescer.solo.pass(place, caller);
        }
    }

    private boolean serve(Place place, Slot.Kept<P> kept, Caller<P, X> caller) {
        Entry entry = kept.near.entry();
        long now = clock.getAsLong();
        long elapsed = kept.near.elapsed(now);
        boolean fresh = elapsed < entry.fresh();
        if (!fresh && elapsed - entry.fresh() >= entry.staleWhileRevalidate()) {
            return false;
        }
        boolean due = !fresh || elapsed >= entry.refreshAfter();
        boolean refreshes = due && caller.loader.suitsOthers() && kept.claimRefresh(now, settings.retry());
        if (refreshes) {
            coalescer.refresh(place, caller.request, caller.loader);
        }
        caller.answer(
                fresh
                        ? new Lookup.Hit<>(kept.near)
                        : new Lookup.Stale<>(kept.near, Lookup.Stale.Why.REFRESHING, !refreshes));
        return true;
    }

    /**
     * Voids every entry that carries one of these tags and whose load began before now.
     *
     * @return completes when it is acknowledged: no reader anywhere sees an older value; fails when the store is down
     */
    public Uni<Void> invalidate(List<String> tags) {
        return store.invalidate(tags.stream().map(Barriers::ofTag).toList());
    }

    /** As {@link #invalidate}, for every variant of these keys, all at the same instant. */
    public Uni<Void> invalidateKeys(List<CacheKey> keys) {
        return store.invalidate(keys.stream().map(Barriers::ofKey).toList());
    }

    /** As {@link #invalidateKeys}; where it fails it is tried again until the store takes it. */
    public Uni<Void> invalidateSurely(List<CacheKey> keys) {
        return pending.surely(keys.stream().map(Barriers::ofKey).toList());
    }

    /** As {@link #invalidate}, for every entry of one route. */
    public Uni<Void> invalidateRoute(String route) {
        return store.invalidate(List.of(Barriers.ofRoute(route)));
    }

    /** As {@link #invalidate}, for every entry. */
    public Uni<Void> invalidateEverything() {
        return store.invalidate(List.of(Barriers.EVERYTHING));
    }

    /** Bytes held near, roughly. */
    public long nearBytes() {
        return near.weight();
    }

    /** Entries held near. */
    public long nearEntries() {
        return near.size();
    }
}
