package io.sluice.limit;

import java.util.ArrayList;
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
                delay[i] = fits ? Math.max(0, counter[i].delay(terms[i], now, units)) : Decision.NEVER;
            }
            admitted &= delay[i] == 0 || ask.limit().shadow();
        }
        if (admitted && take) {
            for (int i = 0; i < n; i++) {
                if (delay[i] == 0 && asks.get(i).cost() > 0) {
                    counter[i].take(terms[i], now, asks.get(i).cost());
                    counters.put(asks.get(i), counter[i]);
                }
            }
        }
        List<Decision> decisions = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            long remaining = counter[i].remaining(terms[i], now);
            long reset =
                    remaining >= terms[i].capacity() ? 0 : Math.max(0, counter[i].delay(terms[i], now, remaining + 1));
            decisions.add(
                    delay[i] == 0
                            ? new Decision.Allowed(remaining, reset)
                            : new Decision.Denied(remaining, reset, delay[i]));
        }
        return decisions;
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
