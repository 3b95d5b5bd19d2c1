package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.limit.Accounting;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Limits;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.Receipt;
import io.sluice.limit.Settlement;
import io.sluice.limit.Window;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Slices, receipts, corrections, hits and slots: the scripts against the oracle, step by step. */
@SuppressWarnings("NullAway.Init")
class SettleScriptTest {
    private static final int STEPS = 60;
    private static TestRedis redis;
    private static RedisLimitStore store;

    /** Something that was allowed and may be corrected later. */
    private record Taken(Ask ask, Receipt receipt, long units) {}

    @BeforeContainer
    static void start() {
        redis = new TestRedis();
        store = redis.driven();
    }

    @AfterContainer
    static void stop() {
        redis.close();
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void the_scripts_do_as_the_oracle_does_at_every_step(@ForAll long seed) {
        redis.call(Command.FLUSHALL);
        Random random = new Random(seed);
        AtomicLong now = new AtomicLong(Limits.START + 1_234_567_890L);
        MemoryLimitStore oracle = Limits.oracle(now);
        List<Limit> limits = limits(random);
        List<Taken> taken = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            now.addAndGet(advance(random, limits));
            redis.at(now.get());
            if (random.nextInt(3) > 0 || taken.isEmpty()) {
                List<Ask> asks = asks(random, limits);
                List<Decision> expected = oracle.decide(asks, 1, true);
                List<Decision> told = store.acquire(asks).await().indefinitely();
                assertEquals(expected, told, () -> "seed " + seed + " at " + now + " " + asks);
                for (int i = 0; i < asks.size(); i++) {
                    if (told.get(i) instanceof Decision.Allowed allowed
                            && expected.stream().noneMatch(Decision.Denied.class::isInstance)) {
                        taken.add(new Taken(
                                asks.get(i),
                                allowed.receipt(),
                                asks.get(i).cost() + allowed.receipt().granted()));
                    }
                }
            } else {
                List<Settlement> corrections = corrections(random, taken, limits);
                oracle.settle(corrections).await().indefinitely();
                assertEquals(List.of(), store.settle(corrections).await().indefinitely());
            }
            for (Limit limit : limits) {
                List<Ask> peek = List.of(Limits.ask(limit, "k0", 0), Limits.ask(limit, "k1", 0));
                assertEquals(
                        oracle.decide(peek, 1, true),
                        store.acquire(peek).await().indefinitely(),
                        () -> "seed " + seed + " at " + now + " " + limit);
            }
        }
    }

    /** Five limits, and some of them with other numbers for the same counters. */
    private static List<Limit> limits(Random random) {
        long quota = List.of(3L, 20L, 100L, 1_000L, 999L).get(random.nextInt(5));
        long window = List.of(1L, 2L, 7L, 60L).get(random.nextInt(4));
        List<Limit> limits = new ArrayList<>();
        limits.add(Limits.fixed(quota, random.nextInt(5) == 0 ? Window.month() : Window.ofSeconds(window)));
        limits.add(Limits.sliding(quota, window));
        limits.add(Limits.bucket(quota, window, Math.max(1, quota / (1 + random.nextInt(3)))));
        limits.add(limit(new Algorithm.SlidingLog(), quota, window));
        limits.add(limit(new Algorithm.Concurrency(), Math.min(quota, 5), 15));
        if (random.nextInt(3) == 0) {
            limits.add(limits.get(random.nextInt(4)).withQuota(quota + 1 + random.nextInt(20)));
        }
        if (random.nextInt(3) == 0) {
            limits.add(Limits.sliding(quota, window * 2));
            limits.add(limit(new Algorithm.SlidingLog(), quota, window * 2));
        }
        limits.replaceAll(limit -> limit.with(Accounting.LEASED));
        return limits;
    }

    private static Limit limit(Algorithm algorithm, long quota, long seconds) {
        return Limit.of("test", algorithm, quota, Window.ofSeconds(seconds), List.of());
    }

    private static long advance(Random random, List<Limit> limits) {
        long window = limits.get(1).window().micros();
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1, 2 -> random.nextInt(5);
            case 3 -> window / 60;
            case 4 -> (long) (random.nextDouble() * window);
            case 5 -> window;
            case 6 -> -random.nextInt(100_000);
            case 7 -> -(long) (random.nextDouble() * 3 * window);
            default -> (long) (random.nextDouble() * window / 20);
        };
    }

    private static List<Ask> asks(Random random, List<Limit> limits) {
        List<Ask> asks = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            Limit limit = limits.get(random.nextInt(limits.size()));
            boolean slots = limit.algorithm() instanceof Algorithm.Concurrency;
            long cost = slots ? random.nextInt(2) : random.nextInt((int) Math.min(12, limit.capacity() + 2));
            boolean slice = !slots && random.nextInt(3) == 0;
            asks.add(new Ask(
                    random.nextInt(6) == 0 ? limit.asShadow() : limit,
                    Limits.ask(limit, "k" + random.nextInt(2), 0).key(),
                    cost,
                    slice ? random.nextInt(100) : 0,
                    slice || random.nextInt(3) == 0,
                    slots && cost > 0 ? 1 + random.nextInt(8) : 0));
        }
        return asks;
    }

    private static List<Settlement> corrections(Random random, List<Taken> taken, List<Limit> limits) {
        List<Settlement> corrections = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            Taken one = taken.get(random.nextInt(taken.size()));
            Limit limit = one.ask.limit();
            String key = one.ask.key();
            if (limit.algorithm() instanceof Algorithm.Concurrency) {
                long holder = 1L + random.nextInt(8);
                corrections.add(
                        random.nextBoolean()
                                ? new Settlement.Renew(limit, key, holder)
                                : new Settlement.Release(limit, key, holder));
            } else if (random.nextInt(4) == 0) {
                long units = random.nextInt(6) == 0 ? 5 * limit.capacity() : random.nextInt(5);
                corrections.add(new Settlement.Charge(limit, key, units));
            } else {
                long units = (long) (random.nextDouble() * (one.units + 1));
                Limit of = random.nextInt(8) == 0 ? limits.get(random.nextInt(3)) : limit;
                corrections.add(new Settlement.GiveBack(
                        of.algorithm().getClass() == limit.algorithm().getClass() ? of : limit,
                        key,
                        units,
                        one.receipt));
            }
        }
        return corrections;
    }
}
