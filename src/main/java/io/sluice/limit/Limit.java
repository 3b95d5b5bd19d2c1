package io.sluice.limit;

import java.util.List;

/**
 * An algorithm, a quota, a window and a key.
 *
 * @param name as declared, and as clients see it in {@code RateLimit}
 * @param quota units per window, positive
 * @param key the parts a counter is kept per; empty: one counter for everyone
 * @param cost units one request takes
 * @param shadow decided and counted, never enforced
 */
public record Limit(
        String name,
        Algorithm algorithm,
        long quota,
        Window window,
        List<KeyPart> key,
        long cost,
        OnStoreFailure onStoreFailure,
        boolean shadow) {
    public Limit {
        key = List.copyOf(key);
    }

    /** The most that can be admitted at once: {@code burst} of a token bucket, else the quota. */
    public long capacity() {
        return algorithm instanceof Algorithm.TokenBucket bucket ? bucket.burst() : quota;
    }
}
