package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Verdict.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Waiting on a driven clock, in front of real counters. */
class TurnsTest {
    private static final long SECOND = 1_000_000;
    private static final Limit ONE_A_SECOND = delayed("slow", new Algorithm.TokenBucket(1), 1, 10 * SECOND);

    private static Limit delayed(String name, Algorithm algorithm, long quota, long maxDelay) {
        return Limit.of(name, algorithm, quota, Window.ofSeconds(1), List.of()).with(new Refusal(maxDelay, 429, null));
    }

    /** Timers, loops and counters under one clock in µs. */
    private static final class World {
        private record Alarm(long at, long number, Runnable task) {}

        private final PriorityQueue<Alarm> alarms =
                new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::number));
        private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
        private final Turns turns;
        private final MemoryLimitStore store;
        private final Map<String, List<Integer>> passed = new HashMap<>();
        private final List<Caller> callers = new ArrayList<>();
        long micros = 1_000 * SECOND;
        private long alarmNumber;

        World(int mostInALine, int most) {
            turns = new Turns(() -> micros * 1000, this::after, mostInALine, most);
            store = new MemoryLimitStore(() -> micros, 10_000);
        }

        private Runnable after(long micros, Runnable task) {
            Alarm alarm = new Alarm(this.micros + micros, alarmNumber++, task);
            alarms.add(alarm);
            return () -> alarms.remove(alarm);
        }

        void run() {
            for (Runnable next = loop.poll(); next != null; next = loop.poll()) {
                next.run();
            }
        }

        void advanceTo(long until) {
            run();
            while (!alarms.isEmpty() && alarms.peek().at <= until) {
                Alarm next = alarms.remove();
                micros = Math.max(micros, next.at);
                next.task.run();
                run();
            }
            micros = until;
        }

        void advance(long by) {
            advanceTo(micros + by);
        }

        Caller caller(int number, List<Ask> asks) {
            Caller caller = new Caller(this, number, asks);
            callers.add(caller);
            return caller;
        }
    }

    /** One request: as the gateway treats it. */
    private static final class Caller implements Turns.Waiter {
        private final World world;
        private final int number;
        private final Turns.Turn turn;
        final long arrived;
        int asked;

        @Nullable
        Verdict verdict;

        boolean left;
        long at;

        Caller(World world, int number, List<Ask> asks) {
            this.world = world;
            this.number = number;
            this.arrived = world.micros;
            this.turn = world.turns.arrive(asks, world.loop::add, this);
        }

        Caller come() {
            switch (world.turns.enter(turn)) {
                case ASK -> turn();
                case WAIT -> {}
                case REFUSE -> end(world.turns.refusal(turn));
            }
            return this;
        }

        void leave() {
            if (verdict == null) {
                left = true;
                world.turns.end(turn);
            }
        }

        @Override
        public void turn() {
            asked++;
            List<Decision> decisions = world.store.acquire(turn.asks()).await().indefinitely();
            boolean denied = false;
            for (Decision decision : decisions) {
                denied |= decision instanceof Decision.Denied;
            }
            Verdict now = new Verdict(denied ? Outcome.DENIED : Outcome.ALLOWED, turn.asks(), decisions);
            if (left) {
                return;
            }
            if (!denied) {
                for (Ask ask : turn.asks()) {
                    world.passed
                            .computeIfAbsent(ask.key(), k -> new ArrayList<>())
                            .add(number);
                }
                world.turns.end(turn);
                end(now);
            } else if (!world.turns.denied(turn, now)) {
                end(now);
            }
        }

        @Override
        public void refused(Verdict verdict) {
            if (!left) {
                end(verdict);
            }
        }

        private void end(Verdict last) {
            assertEquals(null, verdict, "told twice");
            verdict = last;
            at = world.micros;
        }

        boolean allowed() {
            return verdict != null && verdict.outcome() == Outcome.ALLOWED;
        }

        boolean refusedYet() {
            return verdict != null && verdict.outcome() == Outcome.DENIED;
        }
    }

    private static Ask ask(Limit limit, String key) {
        return new Ask(limit, key, 1);
    }

    private static List<Caller> come(World world, int count, Ask... asks) {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            callers.add(world.caller(i, List.of(asks)).come());
        }
        return callers;
    }

    @Test
    void each_passes_when_its_time_has_come_in_the_order_of_arrival() {
        World world = new World(100, 100);
        List<Caller> callers = come(world, 5, ask(ONE_A_SECOND, "k"));
        world.advance(20 * SECOND);
        assertEquals(List.of(0, 1, 2, 3, 4), world.passed.get("k"));
        for (int i = 0; i < 5; i++) {
            assertEquals(i * SECOND, callers.get(i).at - callers.get(i).arrived, 2.0, "caller " + i);
        }
        assertEquals(0, world.turns.waiting());
        assertTrue(world.alarms.isEmpty(), "alarms are left");
    }

    @Test
    void a_later_request_does_not_overtake_though_it_costs_less() {
        World world = new World(100, 100);
        Limit limit = delayed("big", new Algorithm.TokenBucket(10), 10, 10 * SECOND);
        world.caller(0, List.of(new Ask(limit, "k", 8))).come();
        Caller dear = world.caller(1, List.of(new Ask(limit, "k", 10))).come();
        Caller cheap = world.caller(2, List.of(new Ask(limit, "k", 1))).come();
        assertEquals(null, cheap.verdict);
        assertEquals(0, cheap.asked);
        world.advance(10 * SECOND);
        assertTrue(dear.allowed() && cheap.allowed());
        assertEquals(List.of(0, 1, 2), world.passed.get("k"));
    }

    @Test
    void a_peek_waits_for_nobody() {
        World world = new World(100, 100);
        come(world, 2, ask(ONE_A_SECOND, "k"));
        assertTrue(
                world.caller(9, List.of(new Ask(ONE_A_SECOND, "k", 0))).come().allowed());
    }

    @Test
    void who_cannot_pass_within_its_longest_delay_is_refused_at_once() {
        World world = new World(100, 100);
        Limit impatient = delayed("slow", new Algorithm.TokenBucket(1), 1, 3_500_000);
        List<Caller> callers = come(world, 8, ask(impatient, "k"));
        for (int i = 0; i < 8; i++) {
            assertEquals(i > 3, callers.get(i).refusedYet(), "caller " + i);
        }
        assertEquals(0, callers.get(7).asked);
        world.advance(10 * SECOND);
        assertEquals(List.of(0, 1, 2, 3), world.passed.get("k"));
    }

    @Test
    void what_is_out_of_reach_is_refused_at_once() {
        World world = new World(100, 100);
        Caller caller = world.caller(0, List.of(new Ask(ONE_A_SECOND, "k", 2))).come();
        assertTrue(caller.refusedYet());
        assertEquals(0, world.turns.waiting());
    }

    @Test
    void a_limit_that_does_not_delay_refuses_at_once_also_beside_one_that_does() {
        World world = new World(100, 100);
        Limit hard = Limit.of("hard", new Algorithm.FixedWindow(), 1, Window.ofSeconds(100), List.of());
        List<Caller> callers = come(world, 2, ask(ONE_A_SECOND, "k"), ask(hard, "h"));
        assertTrue(callers.get(0).allowed());
        assertTrue(callers.get(1).refusedYet());
    }

    @Test
    void a_line_and_all_lines_together_are_bounded() {
        World world = new World(3, 5);
        List<Caller> one = come(world, 6, ask(delayed("a", new Algorithm.FixedWindow(), 1, 10 * SECOND), "a"));
        assertEquals(2, one.stream().filter(Caller::refusedYet).count());
        List<Caller> other = come(world, 6, ask(delayed("b", new Algorithm.FixedWindow(), 1, 10 * SECOND), "b"));
        assertEquals(3, other.stream().filter(Caller::refusedYet).count());
        assertEquals(5, world.turns.waiting());
    }

    @Test
    void a_caller_that_leaves_frees_its_place_at_once_and_the_next_goes_on() {
        World world = new World(3, 3);
        List<Caller> callers = come(world, 4, ask(ONE_A_SECOND, "k"));
        callers.get(1).leave();
        callers.get(2).leave();
        assertEquals(1, world.turns.waiting());
        Caller late = world.caller(9, List.of(ask(ONE_A_SECOND, "k"))).come();
        assertEquals(null, late.verdict);
        world.advance(1_001_000);
        assertEquals(List.of(0, 3), world.passed.get("k"));
        world.advance(1_001_000);
        assertTrue(late.allowed());
    }

    @Test
    void others_on_a_shared_counter_do_not_wait_for_who_waits_for_its_own() {
        World world = new World(100, 100);
        Limit everyone = delayed("all", new Algorithm.TokenBucket(100), 100, 10 * SECOND);
        come(world, 3, ask(everyone, "all"), ask(ONE_A_SECOND, "mine"));
        assertTrue(world.caller(9, List.of(ask(everyone, "all"), ask(ONE_A_SECOND, "yours")))
                .come()
                .allowed());
    }

    @Test
    void nor_for_who_waits_longer_for_its_own_when_both_denied() {
        World world = new World(100, 100);
        Limit everyone = delayed("all", new Algorithm.TokenBucket(1), 10, 10 * SECOND);
        Limit own = delayed("own", new Algorithm.TokenBucket(1), 1, 10 * SECOND);
        world.caller(0, List.of(ask(everyone, "all"), ask(own, "mine"))).come();
        Caller over =
                world.caller(1, List.of(ask(everyone, "all"), ask(own, "mine"))).come();
        world.advance(150_000);
        assertTrue(world.caller(2, List.of(ask(everyone, "all"), ask(own, "yours")))
                .come()
                .allowed());
        world.advance(2 * SECOND);
        assertTrue(over.allowed());
    }

    @Test
    void when_limits_change_whoever_is_first_asks_at_once() {
        World world = new World(100, 100);
        Limit slow = delayed("slow", new Algorithm.FixedWindow(), 1, 10 * SECOND);
        List<Caller> callers = come(world, 3, ask(slow, "k"));
        int before = callers.get(1).asked;
        world.turns.changed();
        world.run();
        assertEquals(before + 1, callers.get(1).asked);
        assertEquals(0, callers.get(2).asked);
        world.turns.end(callers.get(1).turn);
        world.run();
        assertEquals(1, callers.get(2).asked, "and then the next");
    }

    @Test
    void a_slot_that_is_freed_here_is_taken_at_once_by_the_first_in_line() {
        World world = new World(100, 100);
        Limit slots = delayed("slots", new Algorithm.FixedWindow(), 1, 10 * SECOND);
        List<Caller> callers = come(world, 3, ask(slots, "k"));
        int before = callers.get(1).asked;
        world.turns.freed(callers.get(0).turn.asks());
        world.run();
        assertEquals(before + 1, callers.get(1).asked);
        assertEquals(0, callers.get(2).asked);
    }

    @Test
    void at_the_end_nobody_waits_longer_than_told() {
        World world = new World(100, 100);
        List<Caller> callers = come(world, 8, ask(ONE_A_SECOND, "k"));
        world.turns.hurry(2_500_000);
        Caller late = world.caller(9, List.of(ask(ONE_A_SECOND, "k"))).come();
        assertTrue(late.refusedYet());
        world.advance(2_600_000);
        for (Caller caller : callers) {
            assertTrue(caller.verdict != null, "caller " + caller.number);
        }
        assertEquals(List.of(0, 1, 2), world.passed.get("k"));
    }

    /** Many histories: several counters, costs, impatient callers, and some that leave. */
    @Test
    void nobody_is_lost_nobody_overtakes_and_nobody_waits_too_long() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            World world = new World(1 + random.nextInt(6), 1 + random.nextInt(12));
            List<Limit> limits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                long quota = 1L + random.nextInt(4);
                Algorithm algorithm =
                        random.nextBoolean() ? new Algorithm.TokenBucket(quota) : new Algorithm.FixedWindow();
                limits.add(delayed("l" + i, algorithm, quota, 1 + random.nextInt(4_000_000)));
            }
            int count = 5 + random.nextInt(25);
            for (int i = 0; i < count; i++) {
                List<Ask> asks = new ArrayList<>();
                for (Limit limit : limits) {
                    if (asks.isEmpty() || random.nextInt(3) == 0) {
                        asks.add(new Ask(limit, limit.name(), 1 + random.nextInt((int) limit.quota())));
                    }
                }
                world.caller(i, asks).come();
                if (random.nextInt(4) == 0) {
                    world.callers.get(random.nextInt(world.callers.size())).leave();
                }
                world.advance(random.nextInt(3) == 0 ? random.nextInt(900_000) : 0);
            }
            world.advance(5 * SECOND);
            check(world, seed);
        }
    }

    private static void check(World world, int seed) {
        for (Caller caller : world.callers) {
            assertTrue(caller.left || caller.verdict != null, "seed " + seed + ": lost " + caller.number);
            if (caller.verdict != null) {
                long longest = caller.turn.asks().stream()
                        .mapToLong(ask -> ask.limit().refusal().maxDelay())
                        .max()
                        .orElse(0);
                assertTrue(caller.at - caller.arrived <= longest, "seed " + seed + ": too long " + caller.number);
            }
        }
        assertEquals(0, world.turns.waiting(), "seed " + seed);
        assertFalse(world.alarms.stream().anyMatch(alarm -> true), "seed " + seed + ": alarms are left");
        // of those that asked for one counter alone, none passed before an older one
        world.passed.forEach((key, order) -> {
            int last = -1;
            for (int number : order) {
                if (world.callers.get(number).turn.asks().size() == 1) {
                    assertTrue(number > last, "seed " + seed + ": " + number + " after " + last + " for " + key);
                    last = number;
                }
            }
        });
    }
}
