package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the fleet shares: instants, barriers, load leases and, with a shared cache, entries. Every operation is one trip.
 * Nothing fails for an expected reason but what puts barriers; replies come on any thread.
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

    /** As {@link #commits}, for what no commit is known of. */
    default Uni<Void> invalidate(List<String> names) {
        return commits(List.of(new Commit(null, names)));
    }

    /**
     * Puts a barrier at the store's present on each name of these commits, but where that commit's was put within the last minute.
     *
     * @return completes when all of them are acknowledged: no instance serves an older entry any more, nor as fresh after a soft
     *     one; fails when the store cannot be reached, and then nobody knows
     */
    Uni<Void> commits(List<Commit> commits);

    /** An instant of the store's, not before this is asked; null when it is not to be had. */
    Uni<@Nullable Long> begin();

    /**
     * Puts the barriers of one commit as {@link #commits} does, and in the same step stores what it wrote, as if it had been loaded
     * right after, if no other barrier, hard or soft, came on any of the entry's names since the write began.
     *
     * @return as soon as it is carried out; fails when the store cannot be reached, and then nobody knows
     */
    Uni<Wrote> write(Commit commit, @Nullable Through through);

    /**
     * What a write stores.
     *
     * @param entry its start is when the write began
     * @param deadline how long ago that may be, in microseconds
     */
    record Through(CacheKey key, Entry entry, long deadline) {}

    /**
     * What came of a write.
     *
     * @param start the instant that what was stored counts from; {@link #NOT_STORED}
     * @param acknowledged completes when its barriers are acknowledged; never fails
     */
    record Wrote(long start, Uni<Void> acknowledged) {
        /** Only barriers were put. */
        public static final long NOT_STORED = -1;

        public boolean stored() {
            return start != NOT_STORED;
        }
    }

    /** A registration. */
    @FunctionalInterface
    interface Waiting extends AutoCloseable {
        @Override
        void close();
    }
}
