package io.sluice.limit;

/**
 * The generic cell rate algorithm (ITU-T I.371), exact: the theoretical arrival time is {@code at + fraction/q} µs,
 * where a unit takes {@code w/q} µs, quota/window in lowest terms.
 */
final class BucketCounter implements Counter {
    private long at;
    private long fraction;
    private long q = 1;
    private long w = 1;
    /** The latest instant at which a take was accounted, what was given back in all, and since when both are kept. */
    private long latest;

    private long given;
    private long born;

    @Override
    public long remaining(Terms terms, long now) {
        BucketCounter bucket = under(terms, now);
        double debt = (bucket.at - now + (double) bucket.fraction / bucket.q) * bucket.q / bucket.w;
        long units = (long) Math.max(0, Math.min(terms.capacity(), Math.floor(terms.capacity() - debt)));
        while (units < terms.capacity() && bucket.wait(terms.capacity(), now, units + 1) <= 0) {
            units++;
        }
        while (units > 0 && bucket.wait(terms.capacity(), now, units) > 0) {
            units--;
        }
        return units;
    }

    @Override
    public long delay(Terms terms, long now, long units) {
        return under(terms, now).wait(terms.capacity(), now, units);
    }

    /**
     * A slice is accounted at its end: the arrival time is not earlier than that. A receipt holds for as long as the state
     * is kept that it was given under, which its instant names.
     */
    @Override
    public Receipt take(Terms terms, long now, Ask ask, long units, long life) {
        boolean kept = ask.receipt() || latest + KEPT > now;
        add(terms, now, now + life, units);
        if (!kept || (born == 0 && !ask.receipt())) {
            forget();
            return Receipt.NONE;
        }
        latest = Math.max(latest, now + life);
        born = born == 0 ? now : born;
        return new Receipt(0, life, born, at, given);
    }

    /** More than the bucket holds is rounded up to whole µs, so that no product passes 2^53. */
    @Override
    public void charge(Terms terms, long now, long units) {
        if (units <= terms.capacity()) {
            add(terms, now, now, units);
        } else {
            add(terms, now, now, 0);
            at = freshAt() + (long) Math.min(Math.ceil((double) units * w / q), FARTHEST);
            fraction = 0;
        }
        if (at - now > FARTHEST) {
            at = now + (long) FARTHEST;
            fraction = 0;
        }
        latest = born == 0 ? 0 : Math.max(latest, now);
    }

    private void add(Terms terms, long now, long accounted, long units) {
        BucketCounter bucket = under(terms, now);
        if (bucket.q != q || bucket.w != w) {
            q = bucket.q;
            w = bucket.w;
            forget();
        }
        if (bucket.at < accounted) {
            bucket.at = accounted;
            bucket.fraction = 0;
        }
        long part = bucket.fraction + partOf(units);
        at = bucket.at + wholeOf(units) + part / q;
        fraction = part % q;
    }

    private void forget() {
        latest = 0;
        given = 0;
        born = 0;
    }

    /**
     * No more than lies between the latest instant at which units may yet be spent and the arrival time, now and when they were taken,
     * less what others gave back since.
     */
    @Override
    public boolean giveBack(Terms terms, long now, long units, Receipt receipt) {
        BucketCounter bucket = under(terms, now);
        if (born == 0 || receipt.at() != born || bucket.q != q || bucket.w != w) {
            return false;
        }
        long back = Math.min(wholeOf(units), receipt.arrival() - Math.max(0, given - receipt.given()) - latest);
        back = Math.max(0, Math.min(back, at - latest));
        at -= back;
        given += back;
        return back > 0;
    }

    @Override
    public long freshAt() {
        return at + (fraction > 0 ? 1 : 0);
    }

    private long wait(long capacity, long now, long units) {
        long part = fraction + partOf(units);
        long over = at - now + wholeOf(units) + part / q - wholeOf(capacity);
        return part % q > partOf(capacity) ? over + 1 : over;
    }

    /** The whole µs of the time that so many units take. */
    private long wholeOf(long units) {
        return units * (w / q) + units * (w % q) / q;
    }

    /** The rest of that time, in q-ths of a µs. */
    private long partOf(long units) {
        return units * (w % q) % q;
    }

    /**
     * This bucket, not earlier than now; under a changed rate what lies ahead is scaled so that it stays the same
     * number of units, rounded up.
     */
    private BucketCounter under(Terms terms, long now) {
        long divisor = gcd(terms.quota(), terms.window());
        BucketCounter bucket = new BucketCounter();
        bucket.q = terms.quota() / divisor;
        bucket.w = terms.window() / divisor;
        bucket.at = now;
        if (at < now) {
            return bucket;
        }
        if (bucket.q == q && bucket.w == w) {
            bucket.at = at;
            bucket.fraction = fraction;
        } else {
            double ahead = Math.ceil((freshAt() - now) * ((double) bucket.w * q) / ((double) bucket.q * w));
            bucket.at = now + (long) Math.min(ahead, FARTHEST);
        }
        return bucket;
    }

    /** How long after its latest instant the state that giving back needs is kept, µs. */
    private static final long KEPT = 1_000_000;

    /** µs; keeps every instant below 2^53, which the Lua counts in. */
    private static final double FARTHEST = 4e15;

    private static long gcd(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }
}
