package io.sluice.limit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Units of one counter that were taken ahead, to be spent in this process until a deadline. Safe for use by many
 * threads.
 */
final class Slice {
    /** What is left of a slice that was closed: nothing can be spent of it or put back. */
    private static final long CLOSED = -1;

    /** The local clock may go slower than the store's: so much of the life, one part in this many, is not used. */
    private static final long DRIFT = 1000;

    final Limit limit;
    final String key;
    final Receipt receipt;
    /** Nanoseconds of the local clock. */
    final long deadline;

    private final long nanos;
    private final AtomicLong left;
    /** Spent units that the rate was already told of; guarded by the account. */
    private long counted;

    /** @param sent when the store was asked, by the local clock: the store decided later than that */
    Slice(Limit limit, String key, Receipt receipt, long sent) {
        this.limit = limit;
        this.key = key;
        this.receipt = receipt;
        this.nanos = receipt.life() * 1000;
        this.deadline = sent + nanos - (nanos + DRIFT - 1) / DRIFT;
        this.left = new AtomicLong(receipt.granted());
    }

    /**
     * Spends units if they are there. They are taken first and the clock is read after: in the other order a thread that is held up between
     * the two spends what another had already got budget for.
     */
    boolean spend(long units, LongSupplier nanoClock) {
        long have = left.get();
        while (have >= units) {
            if (left.compareAndSet(have, have - units)) {
                if (nanoClock.getAsLong() - deadline < 0) {
                    return true;
                }
                putBack(units);
                return false;
            }
            have = left.get();
        }
        return false;
    }

    /** Units that were spent on a request that another limit denied; lost when the slice was closed meanwhile. */
    void putBack(long units) {
        long have = left.get();
        while (have != CLOSED && !left.compareAndSet(have, have + units)) {
            have = left.get();
        }
    }

    /** Ends it; what was not spent is the caller's to give back, once. */
    long close() {
        return Math.max(0, left.getAndSet(CLOSED));
    }

    long left() {
        return Math.max(0, left.get());
    }

    boolean over(long now) {
        return now - deadline >= 0;
    }

    /** Whether the next one should be on its way: what is left lasts no longer than {@code lead}, ns. */
    boolean low(long now, long lead) {
        return deadline - now <= lead || left.get() * (nanos - lead) <= receipt.granted() * lead;
    }

    /** Units spent since this was asked last. */
    long spentSince() {
        long spent = receipt.granted() - left();
        long since = spent - counted;
        counted = spent;
        return since;
    }
}
