package io.sluice.limit;

/**
 * The numbers one decision goes by: a limit's own, or this instance's share of them.
 *
 * @param quota units per window
 * @param window length in µs; 0 for the calendar month in UTC
 * @param capacity the most that passes at once: the burst of a token bucket, else the quota
 */
record Terms(long quota, long window, long capacity) {
    static Terms of(Limit limit) {
        return new Terms(limit.quota(), window(limit), limit.capacity());
    }

    /**
     * One instance's part of the limit. It never falls below one request of the declared cost, or a limit shared by
     * more instances than it has requests would let nothing pass anywhere.
     */
    static Terms share(Limit limit, int instances) {
        if (instances <= 1) {
            return of(limit);
        }
        long capacity = limit.capacity();
        long least = Math.max(1, Math.min(limit.cost().declared(), capacity));
        long own = Math.max(least, capacity / instances);
        if (limit.algorithm() instanceof Algorithm.TokenBucket) {
            // The same units in a longer window: a rounded quota may divide it so badly that products pass 2^63.
            long parts = Math.min(instances, Math.max(1, limit.quota() / least));
            return new Terms(limit.quota(), window(limit) * parts, own);
        }
        return new Terms(
                Math.max(
                        1,
                        Math.max(
                                limit.quota() / instances, Math.min(limit.cost().declared(), limit.quota()))),
                window(limit),
                own);
    }

    private static long window(Limit limit) {
        return limit.window().calendarMonth() ? 0 : limit.window().micros();
    }
}
