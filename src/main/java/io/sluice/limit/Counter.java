package io.sluice.limit;

/**
 * The state of one key under one algorithm. All instants and durations are microseconds; {@code now} may be earlier
 * than an instant seen before, and never gives back what had not come back by the latest instant at which units were
 * taken.
 *
 * <p>Asking changes nothing, so that a denial leaves no trace; only {@link #take} does.
 */
sealed interface Counter permits FixedCounter, RingCounter, BucketCounter {
    static Counter fresh(Algorithm algorithm) {
        if (algorithm instanceof Algorithm.FixedWindow) {
            return new FixedCounter();
        }
        if (algorithm instanceof Algorithm.TokenBucket) {
            return new BucketCounter();
        } else if (algorithm instanceof Algorithm.SlidingWindow) {
            return new RingCounter();
        }
        throw new IllegalArgumentException("no counter for " + algorithm);
    }

    /** Units that would pass now, at least 0. */
    long remaining(Terms terms, long now);

    /**
     * How long until this many units would pass if nothing else is taken; 0 or less: now.
     *
     * @param units between 1 and the capacity
     */
    long delay(Terms terms, long now, long units);

    /** Takes units that {@link #delay} lets pass. */
    void take(Terms terms, long now, long units);

    /** The instant from which this state equals a fresh one. */
    long freshAt();
}
