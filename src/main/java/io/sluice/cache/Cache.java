package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
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
    private final RandomGenerator random;
    private final Shelf<P> shelf;
    private final NearCache<P> near;
    private final Coalescer<P, X> coalescer;
    private final Finder<P, X> finder;
    private final Pending pending;
    private final Writing<P> writing;

    /**
     * @param store what the fleet shares
     * @param prepare makes what is written for an entry, once per entry and process
     * @param failures how a failed answer reaches callers that wait in other processes
     * @param nanoClock {@link System#nanoTime}
     * @param random for jitter and early refreshes; used by any thread
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
        this.random = random;
        Shelf<P> shelf = new Shelf<>(store, prepare, settings, nanoClock, random);
        this.shelf = shelf;
        this.near = shelf.near();
        this.pending = new Pending(store, timer);
        this.coalescer = new Coalescer<>(store, shelf, failures, settings, timer, nanoClock, random);
        this.finder = new Finder<>(coalescer);
        this.writing = new Writing<>(store, shelf, pending, coalescer.passes, settings, nanoClock);
    }

    /** The hot path: a near entry that may be served now as fresh, with no trip anywhere; null: do a {@link #lookup}. */
    public @Nullable Near<P> fresh(CacheKey key, Selecting request) {
        Slot<P> slot = near.get(key);
        if (slot instanceof Slot.Varying<P> varying) {
            slot = near.get(Variants.select(key, varying.names(), request).at());
        }
        if (!(slot instanceof Slot.Kept<P> kept) || !store.alive() || !kept.current(barriers, clock)) {
            return null;
        }
        Near<P> found = kept.near();
        Entry entry = found.entry();
        long now = clock.getAsLong();
        long elapsed = found.elapsed(now);
        return elapsed >= entry.fresh() || kept.refreshDue(elapsed, now, random) ? null : found;
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
        return finder.find(key, request, maxStale)
                .map(found -> found == null ? null : found.kept().near());
    }

    /**
     * What the origin says, asked for this caller alone and about what is stored, which its answer replaces in this process;
     * {@link Lookup.Alone} where nothing is stored. Never fails for an expected reason; completes on any thread.
     */
    public Uni<Lookup<P, X>> validated(CacheKey key, Selecting request, Loader<X> loader) {
        return finder.find(key, request, Long.MAX_VALUE)
                .chain(found -> found == null
                        ? Uni.createFrom().item(new Lookup.Alone<>())
                        : Uni.createFrom()
                                .emitter(emitter -> coalescer.solo.validate(
                                        found.place(),
                                        found.kept(),
                                        new Caller<>(request, loader, clock.getAsLong(), emitter))));
    }

    /** Tells that the plain bytes of what is near were made, so that they are counted. */
    public void expanded(CacheKey key, Selecting request) {
        near.weigh(Variants.select(key, coalescer.names(key), request).at());
    }

    private void begin(CacheKey key, Caller<P, X> caller) {
        Place place = Variants.select(key, coalescer.names(key), caller.request);
        Slot.Kept<P> kept = shelf.kept(place.at());
        if (kept != null && shelf.current(kept)) {
            if (kept.near().entry().validatesAlways()) {
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
        Near<P> near = kept.near();
        Entry entry = near.entry();
        long now = clock.getAsLong();
        long elapsed = near.elapsed(now);
        boolean fresh = elapsed < entry.fresh();
        if (!fresh && elapsed - entry.fresh() >= entry.staleWhileRevalidate()) {
            return false;
        }
        boolean due = !fresh || kept.refreshDue(elapsed, now, random);
        boolean refreshes = due && caller.loader.suitsOthers() && kept.claimRefresh(now, settings.retry());
        if (refreshes) {
            coalescer.refresh(place, caller.request, caller.loader, entry.start());
        }
        caller.answer(
                fresh ? new Lookup.Hit<>(near) : new Lookup.Stale<>(near, Lookup.Stale.Why.REFRESHING, !refreshes));
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

    /** As {@link #invalidate}, also for every variant of these keys, all at the same instant; where it fails it is tried again until the store takes it. */
    public Uni<Void> invalidateSurely(List<CacheKey> keys, List<String> tags) {
        return pending.surely(
                Stream.concat(keys.stream().map(Barriers::ofKey), tags.stream().map(Barriers::ofTag))
                        .toList());
    }

    /** As {@link #commits}, for one, by its tags. */
    public Uni<Void> invalidate(List<String> tags, @Nullable String id) {
        return commits(List.of(Commit.ofTags(id, tags)));
    }

    /**
     * As {@link #invalidate}, for commits whose names are tags' barriers. A commit that was told of within the last minute, here or
     * by another instance, puts no barriers anew; what it wrote through stays.
     */
    public Uni<Void> commits(List<Commit> commits) {
        return store.commits(commits);
    }

    /**
     * To be asked before a transaction begins that is to be {@link #written} through. Never fails; completes on any thread.
     *
     * @return null when the store is away: the write goes on and stores nothing
     */
    public Uni<@Nullable Begun> begin() {
        return writing.begin();
    }

    /**
     * Voids what a commit made untrue, as {@link #invalidateSurely} does, and in the same step stores what it wrote, unless another
     * barrier came since it began on what that carries, or something was loaded since. Where the outcome of a commit is not known:
     * without a draft and an id.
     *
     * @return whether it was stored, when it is acknowledged; fails when the store is down, and then it is voided later
     */
    public Uni<Boolean> written(Written write) {
        return writing.written(write);
    }

    /** As {@link #invalidateSurely(List, List)}, for every entry of a route. */
    public Uni<Void> invalidateSurely(String route) {
        return pending.surely(List.of(Barriers.ofRoute(route)));
    }

    /** As {@link #invalidate}, for every entry. */
    public Uni<Void> invalidateEverything() {
        return store.invalidate(List.of(Barriers.EVERYTHING));
    }

    /**
     * As {@link #invalidate}, by the names of barriers.
     *
     * @param names see {@link Barriers}
     * @param soft entries become stale instead: nobody is served one as fresh, and they stand in and are validated as if
     *     they had gone stale by themselves now
     */
    public Uni<Void> purge(List<String> names, boolean soft) {
        return store.invalidate(soft ? names.stream().map(Barriers::soft).toList() : names);
    }

    /** Bytes held near, roughly. */
    public long nearBytes() {
        return near.weight();
    }

    /** Microseconds after which a load may not store what it brings. */
    public long loadDeadline() {
        return settings.loadDeadline();
    }
}
