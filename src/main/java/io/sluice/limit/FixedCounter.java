package io.sluice.limit;

/** One count, and the instant of the latest take, which says in what window it belongs. */
final class FixedCounter implements Counter {
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

    @Override
    public void take(Terms terms, long now, long units) {
        count = counted(terms, now) + units;
        last = Math.max(now, last);
        window = terms.window();
    }

    @Override
    public long freshAt() {
        return Calendar.end(window, last);
    }
}
