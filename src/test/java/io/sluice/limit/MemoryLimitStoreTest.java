package io.sluice.limit;

import static io.sluice.limit.Limits.HOUR;
import static io.sluice.limit.Limits.SECOND;
import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryLimitStoreTest extends LimitStoreContract {
    private final AtomicLong micros = new AtomicLong(START);
    private final MemoryLimitStore store = new MemoryLimitStore(micros::get, 1000);

    @Override
    protected LimitStore store() {
        return store;
    }

    @Override
    protected void at(long now) {
        micros.set(now);
    }

    @Test
    void the_number_of_counters_is_bounded() {
        for (int i = 0; i < 5000; i++) {
            store.decide(List.of(ask(sliding(5, 60), "k" + i, 1)), 1, true);
        }
        assertTrue(store.counters() <= 1000, "kept " + store.counters());
    }

    @Test
    void a_share_of_a_very_large_bucket_is_counted_exactly() {
        Limit limit = bucket(40_000_000_000L, 86_400, 40_000_000_000L);
        Ask ask = ask(limit, "k", 13_000_000_000L);
        assertEquals(new Allowed(333_333_333L, 7), one(ask, 3));
        assertTrue(one(ask, 3) instanceof Denied);
        // A third of the rate: 13 333 333 333 units a day.
        micros.addAndGet(86_400 * SECOND);
        assertEquals(new Allowed(333_333_333L, 7), one(ask, 3));
    }

    private Decision one(Ask ask, int instances) {
        return store.decide(List.of(ask), instances, true).get(0);
    }

    @Test
    void a_counter_goes_when_it_equals_a_fresh_one() {
        store.decide(
                List.of(
                        ask(sliding(5, 60), "k", 1),
                        ask(bucket(1, 61, 9), "k", 1),
                        ask(fixed(9, Window.ofSeconds(61)), "k", 1)),
                1,
                true);
        assertEquals(3, store.counters());
        micros.addAndGet(61 * SECOND - 1);
        assertTrue(store.counters() >= 2);
        micros.addAndGet(60 * SECOND);
        assertEquals(0, store.counters());
    }

    @Test
    void a_share_is_the_quota_by_the_instances_and_never_less_than_one_request() {
        Ask ask = ask(fixed(100, Window.ofSeconds(3600)), "k", 1);
        assertEquals(List.of(new Allowed(24, HOUR)), store.decide(List.of(ask), 4, true));
        Ask other = ask(fixed(100, Window.ofSeconds(3600)), "other", 1);
        assertEquals(List.of(new Allowed(0, HOUR)), store.decide(List.of(other), 1000, true));
        Ask burst = ask(bucket(10, 1, 40), "k", 1);
        assertEquals(List.of(new Allowed(9, SECOND * 4 / 10)), store.decide(List.of(burst), 4, true));
    }

    @Test
    void what_is_only_asked_is_not_taken() {
        Ask ask = ask(sliding(1, 60), "k", 1);
        store.decide(List.of(ask), 1, false);
        assertEquals(List.of(new Allowed(0, 61 * SECOND)), store.decide(List.of(ask), 1, true));
    }

    @Test
    void many_threads_are_admitted_the_quota_and_no_more() throws Exception {
        List<Ask> asks = List.of(ask(sliding(1000, 3600), "k", 1), ask(bucket(1, 3600, 700), "k", 1));
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> admitted = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                admitted.add(pool.submit(() -> {
                    int mine = 0;
                    for (int n = 0; n < 500; n++) {
                        mine += store.decide(asks, 1, true).get(1) instanceof Allowed ? 1 : 0;
                    }
                    return mine;
                }));
            }
            int sum = 0;
            for (Future<Integer> part : admitted) {
                sum += part.get();
            }
            assertEquals(700, sum);
            assertEquals(
                    new Denied(300, 3660 * SECOND, Decision.NEVER),
                    store.decide(List.of(ask(sliding(1000, 3600), "k", 1001)), 1, true)
                            .get(0));
        } finally {
            pool.shutdownNow();
        }
    }
}
