package io.sluice.limit;

/** How long a slice of a leased limit may be spent. */
public final class SliceLife {
    /** µs. */
    static final long LONGEST = 200_000;
    /** Below that a slice would be over before much of it is spent. */
    private static final long SHORTEST = 2_000;

    private SliceLife() {}

    /**
     * µs; 0: the limit takes no slices. A slice counts as long after its end as a unit does, so its life is a small part
     * of the window; of a bucket, a part of the time its capacity takes, whatever the window its rate is given for.
     */
    public static long of(Limit limit) {
        long whole;
        if (limit.algorithm() instanceof Algorithm.TokenBucket bucket) {
            whole = (long) ((double) bucket.burst() * limit.window().micros() / limit.quota()) / 8;
        } else if (limit.algorithm() instanceof Algorithm.FixedWindow
                || limit.algorithm() instanceof Algorithm.SlidingWindow) {
            whole = limit.window().micros() / 64;
        } else {
            return 0;
        }
        long life = Math.min(LONGEST, whole);
        return life < SHORTEST ? 0 : life;
    }
}
