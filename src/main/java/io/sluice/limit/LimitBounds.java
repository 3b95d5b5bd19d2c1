package io.sluice.limit;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** What the stores can count exactly: integers in doubles, below 2^53, and four bytes per count of a sliding window. */
public final class LimitBounds {
    private static final long MOST = 1L << 52;
    private static final long MOST_SLIDING = 0xffff_ffffL;

    /** Of a sorted set: some hundred bytes each, and one script call removes many of them. */
    private static final long MOST_ENTRIES = 100_000;

    /** µs that a whole bucket may take to fill, about 126 years. */
    private static final long LONGEST = 4_000_000_000_000_000L;

    private LimitBounds() {}

    /** Why no store can keep this limit; null when all can. */
    public static @Nullable String refusal(Limit limit) {
        boolean sliding = limit.algorithm() instanceof Algorithm.SlidingWindow;
        long most = sliding ? MOST_SLIDING : MOST;
        if (limit.quota() > MOST_ENTRIES
                && (limit.algorithm() instanceof Algorithm.SlidingLog
                        || limit.algorithm() instanceof Algorithm.Concurrency)) {
            return "it keeps an entry for each, so its quota is at most " + MOST_ENTRIES;
        }
        if (limit.quota() < 1 || limit.quota() > most) {
            return "a quota is from 1 to " + most;
        }
        if (limit.capacity() < 1 || limit.capacity() > most) {
            return "a burst is from 1 to " + most;
        }
        if (limit.cost().declared() < 0 || limit.cost().declared() > most) {
            return "a cost is from 0 to " + most;
        }
        if (limit.window().micros() > LONGEST || limit.window().seconds() > MOST_SLIDING) {
            return "a window is at most " + LONGEST / 1_000_000 + " seconds";
        }
        if (limit.window().calendarMonth() && !(limit.algorithm() instanceof Algorithm.FixedWindow)) {
            return "only a fixed window can be a calendar month";
        }
        return limit.algorithm() instanceof Algorithm.TokenBucket ? bucket(limit) : null;
    }

    private static @Nullable String bucket(Limit limit) {
        BigInteger quota = BigInteger.valueOf(limit.quota());
        BigInteger window = BigInteger.valueOf(limit.window().micros());
        BigInteger divisor = quota.gcd(window);
        BigInteger burst = BigInteger.valueOf(limit.capacity());
        BigInteger[] unit = window.divide(divisor).divideAndRemainder(quota.divide(divisor));
        if (burst.multiply(unit[1]).bitLength() > 52) {
            return "burst × quota is too large to count exactly: choose a quota that divides the window's microseconds";
        }
        return burst.multiply(window).divide(quota).compareTo(BigInteger.valueOf(LONGEST)) > 0
                ? "the bucket takes longer to fill than " + LONGEST / 1_000_000 + " seconds"
                : null;
    }
}
