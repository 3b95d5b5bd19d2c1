package io.sluice.limit;

/** How long a slice of a leased limit may be spent. */
public final class SliceLife {
    /** Of a window, µs: so far ahead of the present its counts may lie. */
    static final long LONGEST = 200_000;

    /** Of a bucket, µs: what an instance that is killed holds is lost for so long. */
    private static final long LONGEST_OF_BUCKET = 1_000_000;

    /** Of the time that a bucket's capacity takes. */
    private static final int PART = 8;

    /** A slice is small where it is no more than one part in so many of what a bucket's rate brings in a life. */
    private static final int SMALL = 64;

    /** Below that a slice would be over before much of it is spent. */
    private static final long SHORTEST = 2_000;

    private SliceLife() {}

    /**
     * µs; 0: the limit takes no slices. A slice counts as long after its end as a unit does, so its life is a small part
     * of the window; of a bucket, a part of the time its capacity takes, whatever the window its rate is given for.
     */
    public static long of(Limit limit) {
        long life;
        if (limit.algorithm() instanceof Algorithm.TokenBucket bucket) {
            double fills = (double) bucket.burst() * limit.window().micros() / limit.quota();
            life = Math.min(LONGEST_OF_BUCKET, (long) fills / PART);
        } else if (limit.algorithm() instanceof Algorithm.FixedWindow
                || limit.algorithm() instanceof Algorithm.SlidingWindow) {
            life = Math.min(LONGEST, limit.window().micros() / 64);
        } else {
            return 0;
        }
        return life < SHORTEST ? 0 : life;
    }

    /**
     * µs, of a slice of so many units. A small one of a bucket lives twice as long: who spends so little of the rate hardly comes to the end of the
     * burst, and its trips are what costs.
     */
    public static long of(Limit limit, long units) {
        long life = of(limit);
        boolean small = limit.algorithm() instanceof Algorithm.TokenBucket
                && (double) units * SMALL
                        <= (double) limit.quota() * life / limit.window().micros();
        return small ? Math.min(LONGEST_OF_BUCKET, 2 * life) : life;
    }
}
