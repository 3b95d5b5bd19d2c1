package io.sluice.limit;

/** One count, and the instant of the latest take, which says in what window it belongs. */
final class FixedCounter implements Counter {
    /** So that no sum passes 2^53, where doubles are exact. */
    private static final long MOST = 1L << 52;

    private long last;
    private long count;
    private long window = 1;

    /**
     * What counts in the present window. Under a changed window: what was still counted under the old one, when its
     * latest part lies in the present window of the new one.
     */
    private long counted(Terms terms, long now) {
        long t = Math.max(now, last);
        boolean live = last >= Calendar.start(window, t);
        return live && (window == terms.window() || last >= Calendar.start(terms.window(), t)) ? count : 0;
    }

    @Override
    public long remaining(Terms terms, long now) {
        return Math.max(0, terms.quota() - counted(terms, now));
    }

    @Override
    public long delay(Terms terms, long now, long units) {
        if (counted(terms, now) + units <= terms.quota()) {
            return 0;
        }
        return Calendar.end(terms.window(), Math.max(now, last)) - now;
    }

    /** A slice is of one window: accounted there, and spent before that ends. The receipt's instant is the window's first. */
    @Override
    public Receipt take(Terms terms, long now, Ask ask, long units, long life) {
        count = counted(terms, now) + units;
        last = Math.max(now, last);
        window = terms.window();
        long end = Calendar.end(window, last);
        return new Receipt(0, Math.min(life, end - now), Calendar.start(window, last), 0, 0);
    }

    @Override
    public boolean giveBack(Terms terms, long now, long units, Receipt receipt) {
        boolean present = receipt.at() == Calendar.start(window, Math.max(now, last));
        if (window != terms.window() || !present || last < receipt.at()) {
            return false;
        }
        count = Math.max(0, count - units);
        return true;
    }

    @Override
    public void charge(Terms terms, long now, long units) {
        long before = counted(terms, now);
        count = before + Math.min(units, MOST - before);
        last = Math.max(now, last);
        window = terms.window();
    }

    @Override
    public long freshAt() {
        return Calendar.end(window, last);
    }
}
