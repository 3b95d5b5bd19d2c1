package io.sluice.limit;

import java.util.Arrays;

/**
 * Counts in sub-windows (slots) of {@code ceil(window/60)}. A slot counts until its last instant has left the window,
 * so that no window, wherever it starts, holds more than the quota, and budget comes back at most a slot late. A slice is
 * counted in the slot of its end: slots ahead of the present count like any other.
 */
final class RingCounter implements Counter {
    /** Those that reach into a window of a second, at both ends a part of one, and those that a slice's life reaches into. */
    private static final int MOST_SLOTS = 62 + 13;

    /** What four bytes hold, of one slot and of all. */
    private static final long MOST = 0xffff_ffffL;

    private long window;
    private long slot = 1;
    private long last;
    /** The oldest slot's number since 1970; its count is never 0. */
    private long oldest;

    private long[] counts = new long[2];
    private int size;
    private long total;

    @Override
    public long remaining(Terms terms, long now) {
        RingCounter ring = under(terms, now);
        long live = ring.total;
        for (int i = 0, end = ring.left(now); i < end; i++) {
            live -= ring.counts[i];
        }
        return Math.max(0, terms.quota() - live);
    }

    @Override
    public long delay(Terms terms, long now, long units) {
        RingCounter ring = under(terms, now);
        long excess = ring.total + units - terms.quota();
        int i = ring.left(now);
        for (int gone = 0; gone < i; gone++) {
            excess -= ring.counts[gone];
        }
        if (excess <= 0) {
            return 0;
        }
        for (; i < ring.size; i++) {
            excess -= ring.counts[i];
            if (excess <= 0) {
                return (ring.oldest + i + 1) * ring.slot + ring.window - now;
            }
        }
        throw new IllegalStateException("units beyond the quota");
    }

    @Override
    public Receipt take(Terms terms, long now, Ask ask, long units, long life) {
        add(terms, now, now + life, units);
        return new Receipt(0, life, last, 0, 0);
    }

    @Override
    public void charge(Terms terms, long now, long units) {
        add(terms, now, now, Math.min(units, MOST - total));
    }

    @Override
    public boolean giveBack(Terms terms, long now, long units, Receipt receipt) {
        if (window != terms.window()) {
            return false;
        }
        long index = receipt.at() / slot - oldest;
        if (index < left(now) || index >= size) {
            return false;
        }
        // Drops what has left, as a take does.
        add(terms, now, last, 0);
        index = receipt.at() / slot - oldest;
        long back = Math.min(units, counts[(int) index]);
        counts[(int) index] -= back;
        total -= back;
        return true;
    }

    /** Into the slot of {@code accounted}, or of the latest take before. */
    private void add(Terms terms, long now, long accounted, long units) {
        RingCounter ring = under(terms, now);
        window = ring.window;
        slot = ring.slot;
        long t = Math.max(accounted, last);
        int left = ring.left(now);
        long kept = ring.oldest + left;
        long mine = t / slot;
        int length = ring.size - left;
        if (length == 0) {
            kept = mine;
        }
        int newSize = (int) (mine - kept) + 1;
        long[] target = ring.counts.length >= newSize ? ring.counts : new long[newSize <= 8 ? 8 : MOST_SLOTS];
        for (int i = 0; i < left; i++) {
            ring.total -= ring.counts[i];
        }
        System.arraycopy(ring.counts, left, target, 0, length);
        Arrays.fill(target, length, target.length, 0);
        target[newSize - 1] += units;
        counts = target;
        size = newSize;
        oldest = kept;
        total = ring.total + units;
        last = t;
    }

    @Override
    public long freshAt() {
        return (oldest + size) * slot + window;
    }

    /** Not earlier than the clock has been: the latest take is ahead of it by a slice's life at most. */
    private long present(long now) {
        return Math.max(now, last - SliceLife.LONGEST);
    }

    /** How many of the oldest slots have left the window: k has when (k+1)·slot is not after t − window. */
    private int left(long now) {
        long live = Math.floorDiv(present(now) - window, slot);
        int i = (int) Math.max(0, Math.min(size, live - oldest));
        while (i < size && counts[i] == 0) {
            i++;
        }
        return i;
    }

    /** This ring, or under a changed window a new one: what was live, each count in the slot of its latest instant. */
    private RingCounter under(Terms terms, long now) {
        if (window == terms.window()) {
            return this;
        }
        RingCounter ring = new RingCounter();
        ring.window = terms.window();
        ring.slot = (ring.window + 59) / 60;
        ring.last = last;
        long live = Math.floorDiv(present(now) - ring.window, ring.slot);
        for (int i = left(now); i < size; i++) {
            long number = Math.min((oldest + i + 1) * slot - 1, last) / ring.slot;
            if (counts[i] > 0 && number >= live) {
                ring.append(number, counts[i]);
            }
        }
        return ring;
    }

    private void append(long number, long units) {
        if (size == 0) {
            oldest = number;
        }
        int index = (int) (number - oldest);
        if (index >= counts.length) {
            counts = Arrays.copyOf(counts, MOST_SLOTS);
        }
        counts[index] += units;
        size = index + 1;
        total += units;
    }
}
