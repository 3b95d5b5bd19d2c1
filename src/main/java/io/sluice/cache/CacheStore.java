package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the fleet shares: instants, barriers, load leases and, with a shared cache, entries. Every operation is one trip.
 * Nothing fails for an expected reason but {@link #invalidate}; replies come on any thread.
 */
public interface CacheStore {
    /** The barriers this process has heard. */
    Barriers barriers();

    /**
     * Whether every barrier acknowledged so far has been heard, so that a near entry may be served as fresh. Cheap:
     * asked for on every hit.
     */
    boolean alive();

    /** Whether entries outlive this process, so that something not found near may be found here. */
    boolean shared();

    /** No entry's refresh is due by the caller's word. */
    long NOT_DUE = -1;

    /** As {@link #acquire(Place, long, long)}, with {@link #NOT_DUE}. */
    default Uni<Reading> acquire(Place place, long leaseMicros) {
        return acquire(place, leaseMicros, NOT_DUE);
    }

    /**
     * Reads a place, and takes the load lease in the same step when there is nothing, when what is there is stale or
     * when its refresh is due, unless another holds it.
     *
     * @param leaseMicros 0: only reads, and says of what is not fresh that another loads
     * @param due the start of the entry whose refresh is due by the caller's word; another one there is newer
     */
    Uni<Reading> acquire(Place place, long leaseMicros, long due);

    /** Whether the lease was still held and now lives for so many microseconds. */
    Uni<Boolean> extend(Lease lease, long leaseMicros);

    /**
     * Stores the outcome of a load if no barrier refuses it and the lease is still held, gives the lease back, and wakes
     * those who wait for it.
     *
     * @param at where to store it: the lease's place, or the variant the answer turned out to be
     * @param vary the header names that variants of the key are selected by; null for none
     */
    Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary);

    /** Gives the lease back without storing, and tells those who wait. */
    Uni<Void> release(Lease lease, Outcome outcome);

    /**
     * Hears how loads of this key end. What is registered before {@link #acquire} is sent misses nothing that happens
     * after its reply was made.
     */
    Waiting await(CacheKey at, Consumer<Outcome> heard);

    /**
     * Puts a barrier at the store's present on each of these names (see {@link Barriers}).
     *
     * @return completes when it is acknowledged: no instance serves an older entry any more, nor as fresh after a soft
     *     one; fails when the store
     *     cannot be reached, and then nobody knows
     */
    Uni<Void> invalidate(List<String> names);

    /** A registration. */
    @FunctionalInterface
    interface Waiting extends AutoCloseable {
        @Override
        void close();
    }
}
