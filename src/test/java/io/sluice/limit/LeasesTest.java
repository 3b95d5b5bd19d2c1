package io.sluice.limit;

import static io.sluice.limit.HandStore.granted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import io.sluice.limit.Verdict.Outcome;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeasesTest {
    private static final long MILLI = 1_000_000;
    /** Of the limits here, µs. */
    private static final long LIFE = 156_250;

    private static final class Heard {
        private Verdict verdict = new Verdict(Outcome.CLOSED, List.of(), List.of());

        void hear(Verdict told) {
            verdict = told;
        }

        Verdict get() {
            return verdict;
        }
    }

    private final AtomicLong clock = new AtomicLong(-5 * MILLI);
    private final HandStore store = new HandStore();
    private final MemoryLimitStore local = Limits.oracle(new AtomicLong(Limits.START));
    private final Limiter limiter = new Limiter(store, local, () -> 1, clock::get);
    private final Ask leased = Limits.ask(Limits.sliding(1_000, 10).with(Accounting.LEASED), "l", 1);
    private final Ask exact = Limits.ask(Limits.bucket(10, 1, 10), "e", 1);

    private Heard ask(Ask... asks) {
        Heard verdict = new Heard();
        limiter.acquire(List.of(asks)).subscribe().with(verdict::hear);
        return verdict;
    }

    private void press() {
        for (int i = 0; i < 10; i++) {
            ask(leased);
            store.answer(new Allowed(900, 1_000));
        }
        clock.addAndGet(LIFE * 1000 / 8);
    }

    /** Asks often enough for a slice to be worth it, and has so many units granted. */
    private void slice(long units) {
        press();
        ask(leased);
        assertTrue(store.oldest().get(0).slice() > 0, "a slice is wanted");
        store.answer(granted(800, units, LIFE));
    }

    @Test
    void what_comes_seldom_takes_no_slice() {
        for (int i = 0; i < 20; i++) {
            ask(leased);
            assertEquals(0, store.oldest().get(0).slice());
            store.answer(new Allowed(900, 1_000));
            clock.addAndGet(200 * MILLI);
        }
    }

    /** The most that have slices, as it stands in Slices. */
    private static final int ROOM = 65_536;

    private long wanted() {
        long wanted = 0;
        for (int i = 0; i < 20; i++) {
            ask(leased);
            if (store.waiting() > 0) {
                wanted = Math.max(wanted, store.oldest().get(0).slice());
                store.answer(new Allowed(900, 1_000));
            }
            clock.addAndGet(LIFE * 1000 / 20);
        }
        return wanted;
    }

    @Test
    void counters_for_which_there_is_no_room_are_asked_exactly_until_others_are_idle() {
        for (int i = 0; i < ROOM; i++) {
            ask(new Ask(leased.limit(), "other" + i, 1));
            store.answer(new Allowed(900, 1_000));
        }
        assertEquals(0, wanted());
        for (int i = 0; i < ROOM / 1_000; i++) {
            clock.addAndGet(10 * MILLI);
            limiter.tick();
        }
        assertTrue(wanted() > 0, "there is room again");
    }

    @Test
    void a_counter_that_is_asked_for_keeps_its_slice_when_others_are_forgotten() {
        slice(1_000);
        for (int i = 0; i < 3; i++) {
            clock.addAndGet(1);
            limiter.tick();
            assertNotNull(limiter.decideHere(List.of(leased)));
        }
        for (int i = 0; i < ROOM; i++) {
            ask(new Ask(leased.limit(), "other" + i, 1));
            store.answer(new Allowed(900, 1_000));
        }
        clock.addAndGet(20 * MILLI);
        limiter.tick();
        assertNotNull(limiter.decideHere(List.of(leased)));
    }

    @Test
    void what_comes_a_few_times_in_a_life_takes_one_too() {
        long wanted = 0;
        for (int i = 0; i < 12; i++) {
            ask(leased);
            wanted = Math.max(wanted, store.oldest().get(0).slice());
            store.answer(new Allowed(900, 1_000));
            clock.addAndGet(LIFE * 1000 / 5);
        }
        assertTrue(
                wanted >= 2, "asked five times in each life, and never more than once in an eighth of it: " + wanted);
    }

    @Test
    void a_slice_is_sized_by_the_observed_rate() {
        for (int i = 0; i < 40; i++) {
            ask(leased);
            store.answer(new Allowed(900, 1_000));
            clock.addAndGet(MILLI);
            if (i == 30) {
                ask(leased);
                long wanted = store.oldest().get(0).slice();
                assertEquals(LIFE / 1000.0 * 0.75, wanted, 20, "one a millisecond, for three quarters of a life");
                store.answer(new Allowed(900, 1_000));
                return;
            }
        }
    }

    @Test
    void who_spends_a_small_part_of_a_buckets_rate_gets_units_for_twice_the_life() {
        for (long quota : new long[] {1_000_000, 10_000}) {
            Limit bucket = Limits.bucket(quota, 1, 2 * quota).with(Accounting.LEASED);
            Ask one = Limits.ask(bucket, "b" + quota, 1);
            for (int i = 0; i < 800; i++) {
                ask(one);
                if (i == 799) {
                    long wanted = store.oldest().get(0).slice();
                    double millis = quota == 1_000_000 ? 500 - 250 / 8.0 : 250 - 250 / 8.0;
                    assertEquals(millis, wanted, 10, "one a millisecond");
                    assertEquals(quota == 1_000_000 ? 500_000 : 250_000, SliceLife.of(bucket, wanted));
                }
                store.answer(new Allowed(quota, 1_000));
                clock.addAndGet(MILLI);
            }
        }
    }

    @Test
    void a_slice_is_spent_without_asking_and_says_what_remains() {
        slice(20);
        for (int i = 1; i <= 10; i++) {
            Verdict verdict = limiter.decideHere(List.of(leased));
            assertNotNull(verdict);
            assertEquals(List.of(new Allowed(820 - i, 1_000)), verdict.decisions());
        }
        assertEquals(0, store.waiting());
    }

    @Test
    void the_next_slice_is_fetched_once_before_this_one_runs_out() {
        slice(20);
        for (int i = 0; i < 17; i++) {
            limiter.decideHere(List.of(leased));
        }
        assertEquals(0, store.waiting());
        limiter.decideHere(List.of(leased));
        limiter.decideHere(List.of(leased));
        assertEquals(1, store.waiting());
        assertEquals(0, store.oldest().get(0).cost());
        store.answer(granted(700, 50, LIFE));
        for (int i = 0; i < 1 + 42; i++) {
            assertNotNull(limiter.decideHere(List.of(leased)), "unit " + i);
        }
        assertEquals(0, store.waiting(), "the next one lasts");
    }

    @Test
    void what_has_time_is_fetched_at_the_next_tick_and_counted_from_there() {
        long life = 200_000;
        Ask slow = Limits.ask(Limits.sliding(1_000, 60).with(Accounting.LEASED), "slow", 1);
        for (int i = 0; i < 10; i++) {
            ask(slow);
            store.answer(new Allowed(900, 1_000));
        }
        clock.addAndGet(life * 1000 / 8);
        ask(slow);
        assertTrue(store.oldest().get(0).slice() > 0, "a slice is wanted");
        store.answer(granted(800, 20, life));
        for (int i = 0; i < 18; i++) {
            assertNotNull(limiter.decideHere(List.of(slow)));
        }
        assertEquals(0, store.waiting(), "it has time");
        clock.addAndGet(10 * MILLI);
        limiter.tick();
        assertEquals(1, store.waiting());
        limiter.tick();
        assertEquals(1, store.waiting(), "once");
        store.answer(granted(700, 50, life));
        // Past the first one's deadline, before the second's.
        clock.addAndGet(life * 1000 - 5 * MILLI);
        assertNotNull(limiter.decideHere(List.of(slow)));
    }

    @Test
    void what_waits_for_a_tick_is_not_fetched_after_the_end() {
        long life = 200_000;
        Ask slow = Limits.ask(Limits.sliding(1_000, 60).with(Accounting.LEASED), "slow", 1);
        for (int i = 0; i < 10; i++) {
            ask(slow);
            store.answer(new Allowed(900, 1_000));
        }
        clock.addAndGet(life * 1000 / 8);
        ask(slow);
        store.answer(granted(800, 20, life));
        for (int i = 0; i < 19; i++) {
            assertNotNull(limiter.decideHere(List.of(slow)));
        }
        limiter.close().await().indefinitely();
        limiter.tick();
        assertEquals(0, store.waiting(), "nobody would give it back");
    }

    @Test
    void a_unit_is_spent_only_before_the_deadline_counted_from_sending() {
        slice(20);
        clock.addAndGet((LIFE - LIFE / 1000 - 1) * 1000);
        assertNotNull(limiter.decideHere(List.of(leased)));
        clock.addAndGet(1000);
        assertNull(limiter.decideHere(List.of(leased)));
    }

    @Test
    void what_was_not_spent_is_given_back_once_after_the_deadline() {
        slice(20);
        limiter.decideHere(List.of(leased));
        limiter.tick();
        assertEquals(List.of(), store.settled);
        clock.addAndGet(LIFE * 1000);
        limiter.tick();
        limiter.tick();
        assertEquals(
                List.of(new Settlement.GiveBack(leased.limit(), leased.key(), 19, new Receipt(20, LIFE, 1, 2, 3))),
                store.settled);
    }

    @Test
    void what_was_not_spent_of_a_short_slice_does_not_wait_for_the_end_of_a_long_one() {
        Ask bucket = Limits.ask(Limits.bucket(1_000, 1, 8_000).with(Accounting.LEASED), "long", 1);
        for (int i = 0; i < 10; i++) {
            ask(bucket);
            store.answer(new Allowed(7_900, 1_000));
        }
        clock.addAndGet(125 * MILLI);
        ask(bucket);
        store.answer(granted(7_000, 30, 1_000_000));
        slice(20);
        clock.addAndGet(LIFE * 1000);
        limiter.tick();
        assertEquals(
                List.of(new Settlement.GiveBack(leased.limit(), leased.key(), 20, new Receipt(20, LIFE, 1, 2, 3))),
                store.settled);
        clock.addAndGet(1_000 * MILLI);
        limiter.tick();
        assertEquals(2, store.settled.size(), "the long one's too, once it is over");
    }

    @Test
    void a_lost_give_back_is_not_sent_again_and_a_lost_charge_is() {
        Limit tokens = Limits.fixed(100, Window.ofSeconds(60)).with(new Cost.ResponseHeader("X", 10));
        Ask ask = new Ask(tokens, "t", 10, 0, true, 0);
        Verdict verdict = new Verdict(Outcome.ALLOWED, List.of(ask), List.of(granted(90, 0, 0)));
        store.acknowledges = false;
        limiter.ended(verdict, name -> "4");
        limiter.ended(verdict, name -> "25");
        assertEquals(2, store.settled.size());
        store.acknowledges = true;
        store.settled.clear();
        limiter.tick();
        limiter.tick();
        assertEquals(List.of(new Settlement.Charge(tokens, "t", 15)), store.settled);
    }

    @Test
    void at_shutdown_all_slices_are_given_back() {
        slice(20);
        limiter.close().await().indefinitely();
        assertEquals(1, store.settled.size());
        assertNull(limiter.decideHere(List.of(leased)));
    }

    @Test
    void a_changed_table_or_a_lost_store_voids_slices_and_gives_nothing_back() {
        slice(20);
        limiter.storeLost();
        assertNull(limiter.decideHere(List.of(leased)));
        slice(20);
        limiter.forget();
        assertNull(limiter.decideHere(List.of(leased)));
        clock.addAndGet(LIFE * 1000);
        limiter.tick();
        assertEquals(List.of(), store.settled);
    }

    @Test
    void a_slice_that_was_on_its_way_when_all_were_voided_is_void() {
        press();
        ask(leased);
        limiter.storeLost();
        store.answer(granted(800, 5, LIFE));
        assertNull(limiter.decideHere(List.of(leased)));
        clock.addAndGet(LIFE * 1000);
        limiter.tick();
        assertEquals(List.of(), store.settled);
    }

    @Test
    void a_slice_that_comes_after_its_deadline_is_given_back() {
        press();
        ask(leased);
        clock.addAndGet(LIFE * 1000);
        store.answer(granted(800, 5, LIFE));
        assertNull(limiter.decideHere(List.of(leased)));
        assertEquals(1, store.settled.size());
    }

    @Test
    void beside_an_exact_limit_local_units_are_taken_first_and_only_that_is_asked() {
        slice(20);
        Heard verdict = ask(leased, exact);
        assertEquals(List.of(exact), store.oldest());
        store.answer(new Allowed(9, 100_000));
        assertEquals(
                List.of(new Allowed(819, 1_000), new Allowed(9, 100_000)),
                verdict.get().decisions());
    }

    @Test
    void units_spent_on_a_request_that_another_limit_denies_return_to_the_slice() {
        slice(2);
        Heard verdict = ask(leased, exact);
        store.answer(new Denied(0, 100_000, 100_000));
        assertEquals(Outcome.DENIED, verdict.get().outcome());
        assertNotNull(limiter.decideHere(List.of(leased)));
        assertNotNull(limiter.decideHere(List.of(leased)));
        assertNull(limiter.decideHere(List.of(leased)));
    }

    @Test
    void units_of_two_leased_limits_are_both_kept_when_one_has_none() {
        slice(3);
        Ask other = Limits.ask(Limits.fixed(10, Window.ofSeconds(10)).with(Accounting.LEASED), "o", 1);
        for (int i = 0; i < 5; i++) {
            assertNull(limiter.decideHere(List.of(leased, other)));
        }
        for (int i = 0; i < 3; i++) {
            assertNotNull(limiter.decideHere(List.of(leased)));
        }
    }

    @Test
    void when_the_store_is_away_local_units_return_and_the_share_decides() {
        slice(2);
        Heard verdict = ask(leased, exact);
        store.answer(Decision.UNAVAILABLE);
        assertTrue(verdict.get().byShare());
        assertNotNull(limiter.decideHere(List.of(leased)));
        assertNotNull(limiter.decideHere(List.of(leased)));
    }

    @Test
    void other_numbers_of_the_same_counter_have_slices_of_their_own() {
        slice(20);
        Ask changed = new Ask(leased.limit().withQuota(500), leased.key(), 1);
        assertNull(limiter.decideHere(List.of(changed)));
    }

    @Test
    void a_slice_is_closed_once_and_nothing_returns_to_it_after() {
        Slice slice = new Slice(leased.limit(), "k", new Receipt(10, LIFE, 0, 0, 0), 0);
        assertTrue(slice.spend(3, () -> 0));
        assertEquals(7, slice.close());
        slice.putBack(3);
        assertEquals(0, slice.close());
        assertTrue(!slice.spend(1, () -> 0));
    }

    @Test
    void on_a_counter_that_denied_one_asks_again_and_the_others_go_by_what_it_hears() {
        ask(exact);
        store.answer(new Denied(0, 100_000, 100_000));
        assertEquals(Outcome.DENIED, ask(exact).get().outcome());
        clock.addAndGet(100 * MILLI);
        Heard first = ask(exact);
        List<Heard> others = List.of(ask(exact), ask(exact), ask(exact));
        assertEquals(1, store.waiting());
        store.answer(new Denied(0, 50_000, 50_000));
        assertEquals(Outcome.DENIED, first.get().outcome());
        others.forEach(other -> assertEquals(Outcome.DENIED, other.get().outcome()));
        assertEquals(0, store.waiting());
    }

    @Test
    void when_it_is_admitted_the_others_ask_for_themselves() {
        ask(exact);
        store.answer(new Denied(0, 100_000, 100_000));
        clock.addAndGet(100 * MILLI);
        ask(exact);
        List<Heard> others = List.of(ask(exact), ask(exact));
        store.answer(new Allowed(5, 100_000));
        assertEquals(2, store.waiting());
        ask(exact);
        assertEquals(3, store.waiting(), "nothing is in the way any more");
        store.answer(new Allowed(4, 100_000));
        store.answer(new Allowed(3, 100_000));
        others.forEach(other -> assertEquals(Outcome.ALLOWED, other.get().outcome()));
    }

    @Test
    void when_it_hears_nothing_the_others_go_by_the_share_at_once() {
        ask(exact);
        store.answer(new Denied(0, 100_000, 100_000));
        clock.addAndGet(100 * MILLI);
        ask(exact);
        Heard other = ask(exact);
        store.answer(Decision.UNAVAILABLE);
        assertTrue(other.get().byShare());
    }

    @Test
    void units_are_taken_before_the_clock_is_read() {
        Slice[] slice = {new Slice(leased.limit(), "k", new Receipt(10, LIFE, 0, 0, 0), 0)};
        assertTrue(slice[0].spend(3, () -> {
            assertEquals(7, slice[0].left(), "else a thread held up here spends what was given to another");
            return 0;
        }));
    }
}
