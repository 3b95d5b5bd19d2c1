package io.sluice.cache;

/**
 * What a lookup came to; the gateway writes the answer and {@code Cache-Status} (RFC 9211) from it.
 *
 * @param <P> what the gateway prepared to write for an entry
 * @param <X> what a loader hands through
 */
public sealed interface Lookup<P, X> {
    /** An entry is served without a trip to the origin on this caller's way. */
    record Hit<P, X>(Near<P> near) implements Lookup<P, X> {}

    /**
     * A stale entry is served: a refresh runs in the background, or the origin failed.
     *
     * @param forwarded the status that the origin failed with; 0 where there is none
     */
    record Stale<P, X>(Near<P> near, Why why, boolean collapsed, int forwarded) implements Lookup<P, X> {
        /** The origin has said nothing. */
        public Stale(Near<P> near, Why why, boolean collapsed) {
            this(near, why, collapsed, 0);
        }

        public enum Why {
            REFRESHING,
            ORIGIN_FAILED,
            /** The load did not end within the waiter's deadline. */
            SLOW
        }
    }

    /**
     * A load brought it.
     *
     * @param expired whether a stale entry was there before ({@code fwd=stale}), else {@code fwd=miss}
     * @param stored whether the entry was accepted by the shared cache (or the near one, without a shared one)
     * @param collapsed whether this caller waited for a load that another one started
     * @param forwarded the status that the origin answered with: the entry's, or 304
     */
    record Loaded<P, X>(Near<P> near, boolean expired, boolean stored, boolean collapsed, int forwarded)
            implements Lookup<P, X> {}

    /**
     * The head of what this caller's own load brings; the rest comes, and the load goes on to be stored whatever this
     * caller does. The answer is this caller's to use up.
     */
    record Arriving<P, X>(X answer, boolean expired) implements Lookup<P, X> {}

    /**
     * This caller's own load was not storable, and its answer is this caller's to use up.
     *
     * @param reason why, in a word; empty where there is nothing to say
     */
    record Passed<P, X>(X answer, boolean expired, String reason) implements Lookup<P, X> {}

    /**
     * Another caller's load was not storable, or the last one was not and this caller may do with less: ask the origin alone,
     * without a lookup.
     */
    record Alone<P, X>() implements Lookup<P, X> {}

    /** The load failed and nothing stale may be served. */
    record Failed<P, X>(X answer, boolean collapsed) implements Lookup<P, X> {}

    /** The load did not end within the waiter's deadline, and nothing stale may be served: 504. */
    record TimedOut<P, X>() implements Lookup<P, X> {}
}
