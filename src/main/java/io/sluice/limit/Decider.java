package io.sluice.limit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decides the asks of one request at one instant. What it says is what the Lua of the Redis store must say, step by
 * step.
 *
 * <p>A shadow limit is decided like any other, but its denial neither blocks the request nor keeps the other limits
 * from counting it; it counts a request that the enforced limits admit and that it would itself admit.
 */
final class Decider {
    /** Where the counters are. */
    interface Counters {
        /** The counter of this key, a fresh one when there is none. */
        Counter get(Ask ask);

        /** Keeps a counter that has changed. */
        void put(Ask ask, Counter counter);
    }

    /** One part in this many of what remains is the most that a slice takes. */
    private static final long SLICE_PART = 16;

    private final Counters counters;

    Decider(Counters counters) {
        this.counters = counters;
    }

    /**
     * @param instances 1, or by how many the limits are shared
     * @param take false: decides only
     */
    List<Decision> decide(List<Ask> asks, long now, int instances, boolean take) {
        int n = asks.size();
        Counter[] counter = new Counter[n];
        Terms[] terms = new Terms[n];
        long[] delay = new long[n];
        boolean admitted = true;
        for (int i = 0; i < n; i++) {
            Ask ask = asks.get(i);
            counter[i] = counterOf(asks, counter, i);
            terms[i] = Terms.share(ask.limit(), instances);
            long units = ask.cost() + before(asks, delay, i);
            if (ask.cost() > 0) {
                boolean fits = units <= terms[i].capacity();
                delay[i] = fits ? Math.max(0, counter[i].delay(terms[i], now, units, ask.holder())) : Decision.NEVER;
            }
            admitted &= delay[i] == 0 || ask.limit().shadow();
        }
        Receipt[] receipts = new Receipt[n];
        Arrays.fill(receipts, Receipt.NONE);
        if (admitted && take) {
            for (int i = 0; i < n; i++) {
                if (delay[i] == 0) {
                    receipts[i] = take(asks.get(i), counter[i], terms[i], now);
                }
            }
        }
        List<Decision> decisions = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            long remaining = counter[i].remaining(terms[i], now);
            long reset = counter[i].reset(terms[i], now, remaining);
            decisions.add(
                    delay[i] == 0
                            ? new Decision.Allowed(remaining, reset, receipts[i])
                            : new Decision.Denied(remaining, reset, delay[i]));
        }
        return decisions;
    }

    /** A slice takes a small part of what remains, so that near the limit units go one by one to whoever asks. */
    private Receipt take(Ask ask, Counter counter, Terms terms, long now) {
        long life = ask.slice() > 0 ? SliceLife.of(ask.limit(), ask.slice()) : 0;
        long granted = life == 0 ? 0 : Math.min(ask.slice(), (counter.remaining(terms, now) - ask.cost()) / SLICE_PART);
        if (ask.cost() + granted == 0) {
            return Receipt.NONE;
        }
        Receipt taken = counter.take(terms, now, ask, ask.cost() + granted, granted > 0 ? life : 0);
        counters.put(ask, counter);
        return ask.receipt() ? taken.granting(granted) : Receipt.NONE;
    }

    /** Two asks of one request for the same key share its counter. */
    private Counter counterOf(List<Ask> asks, Counter[] counter, int i) {
        for (int j = 0; j < i; j++) {
            if (asks.get(j).key().equals(asks.get(i).key())) {
                return counter[j];
            }
        }
        return counters.get(asks.get(i));
    }

    /** Units that earlier asks of this request would take from the same key. */
    private static long before(List<Ask> asks, long[] delay, int i) {
        long units = 0;
        for (int j = 0; j < i; j++) {
            if (delay[j] == 0 && asks.get(j).key().equals(asks.get(i).key())) {
                units += asks.get(j).cost();
            }
        }
        return units;
    }
}
