package io.sluice.cache;

/**
 * What a cache is bounded by. Durations are in microseconds.
 *
 * @param nearBytes how much the near cache holds, bodies and headers
 * @param lease how long a load lease lives without being extended: after it a dead holder is replaced
 * @param loadDeadline a load older than this is not extended any more and may not store
 * @param waiterDeadline how long a caller waits for a load that another one started
 * @param pass how long a key whose answer could not be shared is not lined up for
 * @param retry how long after a failed refresh the next one may start
 * @param jitter the largest part of a lifetime that is taken off it, 0 to 1
 * @param maxWaitersPerKey callers that may wait for one load
 * @param maxWaiters callers that may wait in this process
 */
public record CacheSettings(
        long nearBytes,
        long lease,
        long loadDeadline,
        long waiterDeadline,
        long pass,
        long retry,
        double jitter,
        int maxWaitersPerKey,
        int maxWaiters) {
    /** 64 MiB near, leases of 2 s, loads of 30 s, waiters of 10 s, jitter of a tenth. */
    public static final CacheSettings DEFAULT =
            new CacheSettings(64L << 20, 2_000_000, 30_000_000, 10_000_000, 10_000_000, 1_000_000, 0.1, 10_000, 50_000);
}
