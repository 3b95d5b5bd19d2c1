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

    @Override
    public void take(Terms terms, long now, long units) {
        BucketCounter bucket = under(terms, now);
        q = bucket.q;
        w = bucket.w;
        long part = bucket.fraction + partOf(units);
        at = bucket.at + wholeOf(units) + part / q;
        fraction = part % q;
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
