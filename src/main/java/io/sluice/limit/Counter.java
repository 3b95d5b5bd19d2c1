package io.sluice.limit;

/**
 * The state of one key under one algorithm. All instants and durations are microseconds; {@code now} may be earlier
 * than an instant seen before, and never gives back what had not come back by the latest instant at which units were
 * taken.
 *
 * <p>Asking changes nothing, so that a denial leaves no trace.
 */
sealed interface Counter permits FixedCounter, RingCounter, LogCounter, BucketCounter, SlotCounter {
    static Counter fresh(Algorithm algorithm) {
        if (algorithm instanceof Algorithm.FixedWindow) {
            return new FixedCounter();
        } else if (algorithm instanceof Algorithm.SlidingWindow) {
            return new RingCounter();
        } else if (algorithm instanceof Algorithm.SlidingLog) {
            return new LogCounter();
        }
        return algorithm instanceof Algorithm.TokenBucket ? new BucketCounter() : new SlotCounter();
    }

    /** Units that would pass now, at least 0. */
    long remaining(Terms terms, long now);

    /**
     * How long until this many units would pass if nothing else is taken; 0 or less: now.
     *
     * @param units between 1 and the capacity
     */
    long delay(Terms terms, long now, long units);

    /** As {@link #delay(Terms, long, long)}, for one whose own slot does not stand in its way. */
    default long delay(Terms terms, long now, long units, long holder) {
        return delay(terms, now, units);
    }

    /** How long until more than the remaining units would pass; 0 when all are there. */
    default long reset(Terms terms, long now, long remaining) {
        return remaining >= terms.capacity() ? 0 : Math.max(0, delay(terms, now, remaining + 1));
    }

    /**
     * Takes units that {@link #delay} lets pass.
     *
     * @param units the cost, and those of a slice
     * @param life how long the latest of them may be spent from now; 0: now
     * @return what {@link #giveBack} needs, and the life that was given; without the number of units granted
     */
    Receipt take(Terms terms, long now, Ask ask, long units, long life);

    /** Gives back what was not used, as far as that creates no budget; whether anything changed. */
    boolean giveBack(Terms terms, long now, long units, Receipt receipt);

    /** Takes without asking. */
    void charge(Terms terms, long now, long units);

    /** The instant from which this state equals a fresh one. */
    long freshAt();
}
