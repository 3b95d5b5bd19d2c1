package io.sluice.limit;

import static io.sluice.limit.Limits.HOUR;
import static io.sluice.limit.Limits.SECOND;
import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.onFailure;
import static io.sluice.limit.Limits.shadow;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import io.sluice.limit.Verdict.Outcome;
import io.smallrye.mutiny.Uni;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LimiterTest {
    private final AtomicLong micros = new AtomicLong(START);
    private final MemoryLimitStore shared = new MemoryLimitStore(micros::get, 1000);
    private final MemoryLimitStore local = new MemoryLimitStore(micros::get, 1000);
    private boolean away;
    private boolean together = true;
    private int trips;
    private long tripMicros;
    private final LimitStore store = new LimitStore() {
        @Override
        public Uni<List<Decision>> acquire(List<Ask> asks) {
            return Uni.createFrom().item(() -> {
                trips++;
                if (away) {
                    return Collections.nCopies(asks.size(), Decision.UNAVAILABLE);
                }
                List<Decision> decisions = shared.decide(asks, 1, true);
                micros.addAndGet(tripMicros);
                return decisions;
            });
        }

        @Override
        public boolean together(List<Ask> asks) {
            return together;
        }

        @Override
        public Uni<List<Settlement>> settle(List<Settlement> settlements) {
            return away ? Uni.createFrom().item(settlements) : shared.settle(settlements);
        }
    };
    private final Limiter limiter = new Limiter(store, local, () -> 4, () -> micros.get() * 1000);

    private Verdict acquire(Ask... asks) {
        return limiter.acquire(List.of(asks)).await().indefinitely();
    }

    @Test
    void a_request_without_limits_is_allowed_without_a_trip() {
        assertEquals(Outcome.ALLOWED, acquire().outcome());
        assertEquals(0, trips);
    }

    @Test
    void a_denial_is_remembered_until_the_cost_could_pass() {
        Ask ask = ask(bucket(10, 1, 1), "k", 1);
        acquire(ask);
        assertEquals(Outcome.DENIED, acquire(ask).outcome());
        assertEquals(2, trips);
        micros.addAndGet(SECOND / 10 - 1);
        assertEquals(new Verdict(Outcome.DENIED, List.of(ask), List.of(new Denied(0, 1, 1))), acquire(ask));
        assertEquals(2, trips);
        micros.addAndGet(1);
        assertEquals(Outcome.ALLOWED, acquire(ask).outcome());
        assertEquals(3, trips);
    }

    @Test
    void a_denial_of_what_was_not_decided_together_is_not_remembered() {
        Ask ask = ask(fixed(1, Window.ofSeconds(3600)), "k", 1);
        acquire(ask);
        together = false;
        acquire(ask);
        acquire(ask);
        assertEquals(3, trips, "what denied may have been taken for a moment only");
    }

    @Test
    void a_denial_is_remembered_a_second_at_most_counted_from_sending() {
        Ask ask = ask(fixed(1, Window.ofSeconds(3600)), "k", 1);
        acquire(ask);
        tripMicros = SECOND / 4;
        acquire(ask);
        micros.addAndGet(SECOND * 3 / 4 - 1);
        acquire(ask);
        assertEquals(2, trips);
        micros.addAndGet(1);
        acquire(ask);
        assertEquals(3, trips);
    }

    @Test
    void a_remembered_denial_holds_for_costs_at_least_as_large() {
        Limit limit = fixed(5, Window.ofSeconds(3600));
        acquire(ask(limit, "k", 3));
        acquire(ask(limit, "k", 3));
        assertEquals(Outcome.DENIED, acquire(ask(limit, "k", 4)).outcome());
        assertEquals(2, trips);
        assertEquals(Outcome.ALLOWED, acquire(ask(limit, "k", 2)).outcome());
        assertEquals(3, trips);
    }

    @Test
    void a_changed_limit_or_forgetting_voids_what_was_remembered() {
        acquire(ask(fixed(1, Window.ofSeconds(3600)), "k", 1));
        acquire(ask(fixed(1, Window.ofSeconds(3600)), "k", 1));
        assertEquals(
                Outcome.ALLOWED,
                acquire(ask(fixed(2, Window.ofSeconds(3600)), "k", 1)).outcome());
        acquire(ask(fixed(2, Window.ofSeconds(3600)), "k", 1));
        limiter.forget();
        acquire(ask(fixed(2, Window.ofSeconds(3600)), "k", 1));
        assertEquals(5, trips);
    }

    @Test
    void that_no_slot_was_free_is_not_remembered() {
        Limit slots = Limit.of("l", new Algorithm.Concurrency(), 1, Window.ofSeconds(15), List.of());
        Ask first = new Ask(slots, "k", 1, 0, false, 1);
        Ask second = new Ask(slots, "k", 1, 0, false, 2);
        Verdict held = acquire(first);
        assertEquals(Outcome.DENIED, acquire(second).outcome());
        limiter.ended(held, name -> null);
        assertEquals(Outcome.ALLOWED, acquire(second).outcome());
        assertEquals(3, trips);
    }

    @Test
    void a_shadow_limit_s_denial_is_neither_enforced_nor_remembered() {
        Ask tried = ask(shadow(fixed(1, Window.ofSeconds(3600))), "k", 1);
        for (int i = 0; i < 4; i++) {
            assertEquals(Outcome.ALLOWED, acquire(tried).outcome());
        }
        assertEquals(4, trips);
    }

    @Test
    void a_remembered_denial_tells_the_last_known_of_the_other_limits_and_takes_nothing_from_them() {
        Ask narrow = ask(fixed(1, Window.ofSeconds(3600)), "k", 1);
        Ask wide = ask(sliding(10, 60), "k", 1);
        Ask unknown = ask(sliding(10, 60), "another", 1);
        acquire(wide, narrow);
        acquire(wide, narrow);
        micros.addAndGet(SECOND / 2);
        assertEquals(
                new Verdict(
                        Outcome.DENIED,
                        List.of(wide, narrow),
                        List.of(
                                new Allowed(9, 61 * SECOND - SECOND / 2),
                                new Denied(0, HOUR - SECOND / 2, HOUR - SECOND / 2))),
                acquire(wide, unknown, narrow));
        assertEquals(2, trips);
        assertEquals(
                new Allowed(9, 61 * SECOND - SECOND / 2),
                shared.decide(List.of(new Ask(wide.limit(), wide.key(), 0)), 1, true)
                        .get(0));
    }

    @Test
    void a_limit_that_could_pass_alone_is_not_remembered_as_denied() {
        Ask twice = ask(fixed(3, Window.ofSeconds(3600)), "k", 2);
        assertEquals(Outcome.DENIED, acquire(twice, twice).outcome());
        assertEquals(Outcome.ALLOWED, acquire(twice).outcome());
    }

    @Test
    void while_the_store_is_away_local_keeps_this_instance_s_share_and_the_store_s_count_goes_on_after() {
        Ask ask = ask(fixed(8, Window.ofSeconds(3600)), "k", 1);
        acquire(ask);
        away = true;
        assertEquals(Outcome.ALLOWED, acquire(ask).outcome());
        assertEquals(Outcome.ALLOWED, acquire(ask).outcome());
        assertEquals(Outcome.DENIED, acquire(ask).outcome());
        away = false;
        assertEquals(List.of(new Allowed(6, HOUR)), acquire(ask).decisions());
    }

    @Test
    void while_the_store_is_away_open_passes_and_closed_stops() {
        away = true;
        Ask open = ask(onFailure(fixed(1, Window.ofSeconds(3600)), OnStoreFailure.OPEN), "o", 1);
        Ask closed = ask(onFailure(fixed(1, Window.ofSeconds(3600)), OnStoreFailure.CLOSED), "c", 1);
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    new Verdict(Outcome.ALLOWED, List.of(open), List.of(Decision.UNAVAILABLE), true), acquire(open));
            assertEquals(Outcome.CLOSED, acquire(open, closed).outcome());
            assertEquals(
                    Outcome.ALLOWED,
                    acquire(ask(shadow(closed.limit()), "c", 1)).outcome());
        }
    }

    @Test
    void what_a_closed_limit_stops_takes_nothing_locally_and_a_local_denial_comes_first() {
        away = true;
        Ask mine = ask(fixed(4, Window.ofSeconds(3600)), "k", 1);
        Ask closed = ask(onFailure(fixed(1, Window.ofSeconds(3600)), OnStoreFailure.CLOSED), "c", 1);
        assertEquals(Outcome.CLOSED, acquire(mine, closed).outcome());
        assertEquals(Outcome.ALLOWED, acquire(mine).outcome());
        assertEquals(Outcome.DENIED, acquire(mine, closed).outcome());
    }

    @Test
    void alone_the_counters_of_the_process_decide() {
        Limiter alone = Limiter.alone(local);
        Ask ask = ask(fixed(4, Window.ofSeconds(3600)), "k", 1);
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    Outcome.ALLOWED,
                    alone.acquire(List.of(ask)).await().indefinitely().outcome());
        }
        assertEquals(
                Outcome.DENIED,
                alone.acquire(List.of(ask)).await().indefinitely().outcome());
    }
}
