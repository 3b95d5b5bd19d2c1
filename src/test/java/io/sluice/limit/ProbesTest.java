package io.sluice.limit;

import static io.sluice.limit.Limits.SECOND;
import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import io.sluice.limit.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A counter that denied lately is asked by one request at a time, by hand here. */
class ProbesTest {
    private static final Limit LIMIT = sliding(10, 3600);

    private final AtomicLong micros = new AtomicLong(START);
    private final HandStore store = new HandStore();
    private final MemoryLimitStore local = new MemoryLimitStore(micros::get, 1000);
    private final Limiter limiter = new Limiter(store, local, () -> 2, () -> micros.get() * 1000);
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void deny() {
        limiter.ask(List.of(ask(LIMIT, "k", 1))).subscribe().with(v -> {});
        store.answer(new Denied(0, 100 * SECOND, 100 * SECOND));
        micros.addAndGet(1_500_000);
    }

    private void come(String who) {
        limiter.ask(List.of(ask(LIMIT, "k", 1))).subscribe().with(verdict -> told.add(who + ' ' + verdict.outcome()));
    }

    @Test
    void those_who_come_meanwhile_go_on_in_the_order_of_arrival() {
        come("probe");
        come("first");
        come("second");
        assertEquals(1, store.waiting());
        store.answer(new Allowed(9, SECOND));
        store.answer(new Allowed(8, SECOND));
        store.answer(new Denied(0, SECOND, SECOND));
        assertEquals(List.of("probe " + Outcome.ALLOWED, "first " + Outcome.ALLOWED, "second " + Outcome.DENIED), told);
    }

    @Test
    void when_the_one_who_asks_leaves_the_others_hear_what_it_would_have() {
        var gone = limiter.ask(List.of(ask(LIMIT, "k", 1))).subscribe().with(verdict -> told.add("gone"));
        come("first");
        gone.cancel();
        assertEquals(1, store.waiting(), "it goes on");
        store.answer(new Denied(0, 100 * SECOND, 100 * SECOND));
        assertEquals(List.of("first " + Outcome.DENIED), told);
        assertEquals(0, store.waiting());
    }

    @Test
    void one_of_those_who_wait_may_leave() {
        come("probe");
        var gone = limiter.ask(List.of(ask(LIMIT, "k", 1))).subscribe().with(verdict -> told.add("gone"));
        come("last");
        gone.cancel();
        store.answer(new Denied(0, 100 * SECOND, 100 * SECOND));
        assertEquals(Set.of("probe " + Outcome.DENIED, "last " + Outcome.DENIED), Set.copyOf(told));
        assertEquals(2, told.size());
    }
}
