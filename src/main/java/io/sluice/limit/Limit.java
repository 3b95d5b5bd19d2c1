package io.sluice.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An algorithm, a quota, a window and a key.
 *
 * @param name as declared, and as clients see it in {@code RateLimit}
 * @param quota units per window, or slots held at once; positive
 * @param window of {@code concurrency}: how long a slot lives that is not renewed
 * @param key the parts a counter is kept per; empty: one counter for everyone
 * @param shadow decided and counted, never enforced
 * @param tiers null: one quota for all
 */
public record Limit(
        String name,
        Algorithm algorithm,
        long quota,
        Window window,
        List<KeyPart> key,
        Cost cost,
        Accounting accounting,
        OnStoreFailure onStoreFailure,
        boolean shadow,
        @Nullable Tiers tiers,
        Refusal refusal) {
    public Limit {
        key = List.copyOf(key);
    }

    /** An exact limit that takes one unit for each request, and rejects what is over it. */
    public static Limit of(String name, Algorithm algorithm, long quota, Window window, List<KeyPart> key) {
        return new Limit(
                name,
                algorithm,
                quota,
                window,
                key,
                Cost.ONE,
                Accounting.EXACT,
                OnStoreFailure.LOCAL,
                false,
                null,
                Refusal.STANDARD);
    }

    /** The most that can be admitted at once: {@code burst} of a token bucket, else the quota. */
    public long capacity() {
        return algorithm instanceof Algorithm.TokenBucket bucket ? bucket.burst() : quota;
    }

    public boolean leased() {
        return accounting == Accounting.LEASED;
    }

    public Limit with(Algorithm other) {
        return new Limit(name, other, quota, window, key, cost, accounting, onStoreFailure, shadow, tiers, refusal);
    }

    public Limit with(Cost other) {
        return new Limit(
                name, algorithm, quota, window, key, other, accounting, onStoreFailure, shadow, tiers, refusal);
    }

    public Limit with(Accounting other) {
        return new Limit(name, algorithm, quota, window, key, cost, other, onStoreFailure, shadow, tiers, refusal);
    }

    public Limit with(OnStoreFailure other) {
        return new Limit(name, algorithm, quota, window, key, cost, accounting, other, shadow, tiers, refusal);
    }

    public Limit with(Tiers other) {
        return new Limit(name, algorithm, quota, window, key, cost, accounting, onStoreFailure, shadow, other, refusal);
    }

    public Limit with(Refusal other) {
        return new Limit(name, algorithm, quota, window, key, cost, accounting, onStoreFailure, shadow, tiers, other);
    }

    public Limit asShadow() {
        return new Limit(name, algorithm, quota, window, key, cost, accounting, onStoreFailure, true, tiers, refusal);
    }

    /** The same counters under other numbers; a bucket's burst is the quota where it was. */
    public Limit withQuota(long other) {
        Algorithm own = algorithm instanceof Algorithm.TokenBucket bucket && bucket.burst() == quota
                ? new Algorithm.TokenBucket(other)
                : algorithm;
        return new Limit(name, own, other, window, key, cost, accounting, onStoreFailure, shadow, tiers, refusal);
    }
}
