package io.sluice.limit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Every hit with its instant: a hit at t counts until t + window, exactly. Hits of one instant are one entry. */
final class LogCounter implements Counter {
    private static final long MOST = 1L << 52;

    private static final class Entry {
        private final long at;
        private long units;

        Entry(long at) {
            this.at = at;
        }
    }

    private final Deque<Entry> entries = new ArrayDeque<>();
    private long total;
    private long window;

    private long live(Terms terms, long now) {
        long live = total;
        for (Entry entry : entries) {
            if (entry.at > now - terms.window()) {
                break;
            }
            live -= entry.units;
        }
        return live;
    }

    @Override
    public long remaining(Terms terms, long now) {
        return Math.max(0, terms.quota() - live(terms, now));
    }

    @Override
    public long delay(Terms terms, long now, long units) {
        long excess = live(terms, now) + units - terms.quota();
        if (excess <= 0) {
            return 0;
        }
        for (Entry entry : entries) {
            if (entry.at > now - terms.window()) {
                excess -= entry.units;
                if (excess <= 0) {
                    return entry.at + terms.window() - now;
                }
            }
        }
        throw new IllegalStateException("units beyond the quota");
    }

    @Override
    public Receipt take(Terms terms, long now, Ask ask, long units, long life) {
        return new Receipt(0, life, add(terms, now, units), 0, 0);
    }

    @Override
    public void charge(Terms terms, long now, long units) {
        add(terms, now, Math.min(units, MOST - total));
    }

    private long add(Terms terms, long now, long units) {
        window = terms.window();
        for (Entry oldest = entries.peek(); oldest != null && oldest.at <= now - window; oldest = entries.peek()) {
            total -= oldest.units;
            entries.remove();
        }
        Entry newest = entries.peekLast();
        if (newest == null || newest.at < now) {
            newest = new Entry(now);
            entries.add(newest);
        }
        newest.units += units;
        total += units;
        return newest.at;
    }

    @Override
    public boolean giveBack(Terms terms, long now, long units, Receipt receipt) {
        for (Iterator<Entry> newest = entries.descendingIterator(); newest.hasNext(); ) {
            Entry entry = newest.next();
            if (entry.at <= receipt.at()) {
                if (entry.at == receipt.at()) {
                    long back = Math.min(units, entry.units);
                    entry.units -= back;
                    total -= back;
                    if (entry.units == 0) {
                        newest.remove();
                    }
                    return true;
                }
                return false;
            }
        }
        return false;
    }

    @Override
    public long freshAt() {
        Entry newest = entries.peekLast();
        return newest == null ? 0 : newest.at + window;
    }
}
