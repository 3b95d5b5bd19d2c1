package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that one counter admitted, and what DESIGN §4 promises of it, by brute force over the whole history. */
final class Admissions {
    /** @param at µs of the one true clock */
    record Admitted(long at, long units) {}

    private final Limit limit;
    private final List<Admitted> all = new ArrayList<>();

    Admissions(Limit limit) {
        this.limit = limit;
    }

    void add(long at, long units) {
        all.add(new Admitted(at, units));
    }

    long units() {
        return all.stream().mapToLong(Admitted::units).sum();
    }

    /** Fails where the promise does not hold. */
    void hold() {
        all.sort(Comparator.comparingLong(Admitted::at));
        if (limit.algorithm() instanceof Algorithm.FixedWindow) {
            fixed();
        } else if (limit.algorithm() instanceof Algorithm.TokenBucket bucket) {
            bucket(bucket.burst());
        } else {
            sliding();
        }
    }

    private void fixed() {
        Map<Long, Long> windows = new HashMap<>();
        for (Admitted one : all) {
            windows.merge(one.at / limit.window().micros(), one.units, Long::sum);
        }
        windows.forEach((window, sum) ->
                assertTrue(sum <= limit.quota(), () -> sum + " of " + limit.quota() + " in window " + window));
    }

    /** Each window that begins with an admitted unit, half open. */
    private void sliding() {
        long sum = 0;
        int oldest = 0;
        for (Admitted newest : all) {
            sum += newest.units;
            while (all.get(oldest).at <= newest.at - limit.window().micros()) {
                sum -= all.get(oldest++).units;
            }
            long found = sum;
            assertTrue(found <= limit.quota(), () -> found + " of " + limit.quota() + " until " + newest.at);
        }
    }

    /** Each interval between two admitted units: sum ≤ burst + t × quota/window, multiplied out. */
    private void bucket(long burst) {
        long window = limit.window().micros();
        long start = all.isEmpty() ? 0 : all.get(0).at;
        long before = 0;
        long worst = Long.MIN_VALUE;
        for (Admitted one : all) {
            long earned = Math.multiplyExact(one.at - start, limit.quota());
            worst = Math.max(worst, earned - Math.multiplyExact(before, window));
            before += one.units;
            long excess = Math.multiplyExact(before, window) - earned + worst - burst * window;
            assertTrue(excess <= 0, () -> excess / window + " units too many at " + one.at);
        }
    }
}
