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
            RandomGenerator random) {}

    /** The hot path: a near entry that may be served now as fresh, with no trip anywhere; null: do a {@link #lookup}. */
    public @Nullable Near<P> fresh(CacheKey key, Selecting request) {
        throw new UnsupportedOperationException();
    }

    /**
     * The whole way. Never fails for an expected reason; cancelling leaves a running load alone. Completes on any thread.
     */
    public Uni<Lookup<P, X>> lookup(CacheKey key, Selecting request, Loader<X> loader) {
        throw new UnsupportedOperationException();
    }

    /**
     * Voids every entry that carries one of these tags and whose load began before now.
     *
     * @return completes when it is acknowledged: no reader anywhere sees an older value; fails when the store is down
     */
    public Uni<Void> invalidate(List<String> tags) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #invalidate}, for every variant of one key. */
    public Uni<Void> invalidateKey(CacheKey key) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #invalidate}, for every entry of one route. */
    public Uni<Void> invalidateRoute(String route) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #invalidate}, for every entry. */
    public Uni<Void> invalidateEverything() {
        throw new UnsupportedOperationException();
    }
}
