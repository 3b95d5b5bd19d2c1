package io.sluice.limit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What this process has of one leased counter: slices, the rate at which they are spent, and what the store said last. */
final class Account {
    /** Fewer units save no trip: they would rather expire. */
    private static final long WORTH = 2;

    /** So many units tell a rate before a life is over. */
    private static final long ENOUGH = 4;

    /** The next slice is fetched when so small a part of a life is left, or earlier where trips take long. */
    private static final long LEAD = 8;

    /** ns */
    private static final long TICK = Limiter.TICK_MILLIS * 1_000_000;

    final Limit limit;
    final String key;

    private final LongSupplier nanoClock;
    /** Of a slice, ns. */
    private final long life;
    /** Of one with few units, ns. */
    private final long smallLife;

    private final AtomicBoolean fetching = new AtomicBoolean();
    /** Units that were asked for and not found here, and those of slices that are gone, since the rate was measured. */
    private final AtomicLong unmeasured = new AtomicLong();

    /** Whether it was found since the last look for idle ones. */
    boolean used;

    private volatile @Nullable Slice current;
    private volatile @Nullable Slice next;
    /** How long before a slice is over the next one is fetched, ns. */
    private volatile long lead;

    private volatile long remaining;
    private volatile long resetAt;
    /** Units per ns, since when it is measured, and what was wanted last: of the thread that set {@link #fetching}. */
    private double rate;

    private long since;
    private boolean begun;
    private long wanted;
    private long trip;

    Account(Limit limit, String key, LongSupplier nanoClock) {
        this.limit = limit;
        this.key = key;
        this.nanoClock = nanoClock;
        this.life = SliceLife.of(limit) * 1000;
        this.smallLife = SliceLife.of(limit, 0) * 1000;
        this.lead = life / LEAD;
        this.since = nanoClock.getAsLong();
        this.remaining = limit.quota();
        this.resetAt = since;
    }

    /** The slice that they were spent of; null when no slice has so many. */
    @Nullable
    Slice spend(long units) {
        Slice first = current;
        if (first == null) {
            return null;
        }
        if (first.spend(units, nanoClock)) {
            return first;
        }
        Slice second = next;
        if (second != null && second.spend(units, nanoClock)) {
            promote(first);
            return second;
        }
        return null;
    }

    private synchronized void promote(Slice exhausted) {
        if (exhausted.equals(current)) {
            unmeasured.addAndGet(exhausted.spentSince());
            current = next;
            next = null;
        }
    }

    synchronized void install(Slice slice) {
        Slice first = current;
        Slice second = next;
        if (first == null) {
            current = slice;
        } else if (second == null && first.left() > 0 && !first.over(nanoClock.getAsLong())) {
            next = slice;
        } else {
            unmeasured.addAndGet(first.spentSince());
            current = second == null ? slice : second;
            next = second == null ? null : slice;
        }
    }

    /** Whether another slice should be fetched now, before this one runs out. */
    boolean needsNext(Slice spent, long now) {
        return next == null && spent.low(now, lead) && !fetching.get();
    }

    /** Whether the next slice comes in time though a tick passes before it is fetched. */
    boolean hasTime() {
        return lead >= 2 * TICK;
    }

    void missed(long units) {
        unmeasured.addAndGet(units);
    }

    /**
     * How many units to take ahead now, by the rate at which they went until now: what a slice's life takes, less the time in which
     * the one before is still spent.
     *
     * @return 0: none, or another thread fetches; else {@link #fetched} must follow
     */
    long want(long now) {
        if (!fetching.compareAndSet(false, true)) {
            return 0;
        }
        long units = measure(now);
        if (units == 0) {
            fetching.set(false);
        }
        return units;
    }

    private long measure(long now) {
        long elapsed = now - since;
        long units = elapsed < life / 8 ? 0 : unmeasured.addAndGet(spentSince());
        if (elapsed < life && units < ENOUGH) {
            return wanted;
        }
        // From its first request on, n requests have n - 1 intervals: what comes once is no rate. Later ones begin at a
        // request that was counted.
        double measured = (begun ? units : Math.max(0, units - 1)) / (double) elapsed;
        begun = true;
        unmeasured.addAndGet(-units);
        rate = measured > rate || elapsed > 4 * life ? measured : (rate + measured) / 2;
        since = now;
        long most = (long) (rate * (life - lead));
        long small = (long) (rate * (smallLife - lead));
        long sized = SliceLife.of(limit, small) * 1000 == smallLife ? small : most;
        wanted = sized < WORTH ? 0 : sized;
        return wanted;
    }

    private synchronized long spentSince() {
        Slice first = current;
        Slice second = next;
        return (first == null ? 0 : first.spentSince()) + (second == null ? 0 : second.spentSince());
    }

    /** @param took from sending to the reply, ns: a slice is fetched two such trips ahead, or an eighth of its life */
    void fetched(long took) {
        trip = trip == 0 ? took : (3 * trip + took) / 4;
        lead = Math.min(life / 2, Math.max(life / LEAD, 2 * trip));
        fetching.set(false);
    }

    /** What the store said: what remains of the whole counter, and when more comes back, µs from now. */
    void told(long unitsRemaining, long reset) {
        remaining = unitsRemaining;
        resetAt = nanoClock.getAsLong() + reset * 1000;
    }

    /** As the store said last, with what this process holds: other instances may have taken since. */
    Decision.Allowed estimate(long now) {
        Slice first = current;
        Slice second = next;
        long held = (first == null ? 0 : first.left()) + (second == null ? 0 : second.left());
        return new Decision.Allowed(Math.min(limit.capacity(), remaining + held), Math.max(0, (resetAt - now) / 1000));
    }
}
