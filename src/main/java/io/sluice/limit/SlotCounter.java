package io.sluice.limit;

import java.util.HashMap;
import java.util.Map;

/** Who holds a slot, and until when. */
final class SlotCounter implements Counter {
    /** When a slot comes back is not known: a holder asks again after this, µs. */
    private static final long ASK_AGAIN = 1_000_000;

    private final Map<Long, Long> until = new HashMap<>();

    private long held(long now) {
        return until.values().stream().filter(end -> end > now).count();
    }

    @Override
    public long remaining(Terms terms, long now) {
        return Math.max(0, terms.quota() - held(now));
    }

    @Override
    public long delay(Terms terms, long now, long units) {
        return held(now) + units <= terms.quota() ? 0 : ASK_AGAIN;
    }

    @Override
    public long delay(Terms terms, long now, long units, long holder) {
        Long own = until.get(holder);
        return delay(terms, now, own != null && own > now ? units - 1 : units);
    }

    @Override
    public long reset(Terms terms, long now, long remaining) {
        return 0;
    }

    /** One slot, whatever the cost. */
    @Override
    public Receipt take(Terms terms, long now, Ask ask, long units, long life) {
        hold(terms, now, ask.holder());
        return Receipt.NONE;
    }

    void hold(Terms terms, long now, long holder) {
        until.values().removeIf(end -> end <= now);
        until.put(holder, now + terms.window());
    }

    void free(long holder) {
        until.remove(holder);
    }

    @Override
    public boolean giveBack(Terms terms, long now, long units, Receipt receipt) {
        return false;
    }

    @Override
    public void charge(Terms terms, long now, long units) {
        // a slot has no cost
    }

    @Override
    public long freshAt() {
        return until.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
