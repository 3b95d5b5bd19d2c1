package io.sluice.cache;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One flight per place at a time in this process. */
final class Coalescer<P, X> {
    private static final long VARYING_NANOS = 600_000_000_000L;

    final CacheStore store;
    final Shelf<P> shelf;
    final Failures<X> failures;
    final CacheSettings settings;
    final Timer timer;
    final LongSupplier clock;
    final RandomGenerator random;
    final Passes passes;
    final Solo<P, X> solo;
    private final ConcurrentMap<CacheKey, Flight<P, X>> flights = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    Coalescer(
            CacheStore store,
            Shelf<P> shelf,
            Failures<X> failures,
            CacheSettings settings,
            Timer timer,
            LongSupplier clock,
            RandomGenerator random) {
        this.store = store;
        this.shelf = shelf;
        this.failures = failures;
        this.settings = settings;
        this.timer = timer;
        this.clock = clock;
        this.random = random;
        this.passes = new Passes(settings.pass(), clock);
        this.solo = new Solo<>(this);
    }

    Callers<P, X> callers() {
        return new Callers<>(settings.maxWaitersPerKey(), settings.maxWaiters(), waiting);
    }

    /** Lets a caller wait for the flight to this place, starting it if there is none. */
    void dispatch(Caller<P, X> caller, Place place) {
        while (!caller.isOver()) {
            Flight<P, X> made = new Flight<>(this, place, caller.request, null, CacheStore.NOT_DUE);
            Flight<P, X> running = flights.putIfAbsent(place.at(), made);
            Callers.Joined joined = (running == null ? made : running).join(caller);
            if (running == null) {
                made.start();
            }
            if (joined == Callers.Joined.FULL) {
                slow(List.of(caller), place.at(), null, false);
            }
            if (joined != Callers.Joined.CLOSED) {
                return;
            }
        }
    }

    /**
     * Loads in the background unless a flight is on its way.
     *
     * @param due the start of the entry to be replaced
     */
    void refresh(Place place, Selecting request, Loader<X> loader, long due) {
        if (!flights.containsKey(place.at())) {
            Flight<P, X> flight = new Flight<>(this, place, request, loader, due);
            if (flights.putIfAbsent(place.at(), flight) == null) {
                flight.start();
            }
        }
    }

    void gone(CacheKey at, Flight<P, X> flight) {
        flights.remove(at, flight);
    }

    void release(@Nullable Lease lease, Outcome outcome) {
        if (lease != null) {
            store.release(lease, outcome).subscribe().with(done -> {}, error -> {});
        }
    }

    /** What callers get whose load takes too long. */
    void slow(List<Caller<P, X>> callers, CacheKey at, Slot.@Nullable Kept<P> told, boolean down) {
        if (callers.isEmpty()) {
            return;
        }
        Near<P> standIn = shelf.standIn(at, told, down);
        Lookup<P, X> answer =
                standIn == null ? new Lookup.TimedOut<>() : new Lookup.Stale<>(standIn, Lookup.Stale.Why.SLOW, true);
        callers.forEach(caller -> caller.answer(answer));
    }

    /** The names that variants of a key are selected by, as far as known here; empty when there are none. */
    List<String> names(CacheKey key) {
        return shelf.near().get(key) instanceof Slot.Varying<P> varying && clock.getAsLong() - varying.untilNanos() < 0
                ? varying.names()
                : List.of();
    }

    void varies(CacheKey key, List<String> names) {
        if (!names(key).equals(names)) {
            shelf.near().put(key, new Slot.Varying<>(names, clock.getAsLong() + VARYING_NANOS));
        }
    }
}
