package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Histories;
import io.sluice.limit.Histories.Step;
import io.sluice.limit.Limit;
import io.sluice.limit.Limits;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.Promises;
import io.sluice.limit.Promises.Course;
import io.sluice.limit.Window;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

@SuppressWarnings("NullAway.Init")
class LimitScriptTest {
    private static TestRedis redis;
    private static RedisLimitStore store;

    @BeforeContainer
    static void start() {
        redis = new TestRedis();
        store = redis.driven();
    }

    @AfterContainer
    static void stop() {
        redis.close();
    }

    @Property(tries = 250, edgeCases = EdgeCasesMode.NONE)
    void the_script_decides_as_the_oracle_at_every_step(@ForAll("histories") List<Step> history) {
        redis.call(Command.FLUSHALL);
        AtomicLong now = new AtomicLong(Limits.START);
        MemoryLimitStore oracle = Limits.oracle(now);
        for (Step step : history) {
            now.addAndGet(step.advance());
            redis.at(now.get());
            List<List<Decision>> expected = new ArrayList<>();
            for (List<Ask> request : step.requests()) {
                expected.add(oracle.decide(request, 1, true));
            }
            assertEquals(expected, redis.inOneTick(store, step.requests()), () -> "at " + now + " " + step);
        }
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void no_window_and_no_interval_admits_more_than_promised(@ForAll("courses") Course course) {
        redis.call(Command.FLUSHALL);
        Promises.hold(course, store, redis::at);
    }

    @Example
    void a_long_log_is_paged_through_and_a_very_long_one_waited_out() {
        redis.call(Command.FLUSHALL);
        Limit log = Limit.of("log", new Algorithm.SlidingLog(), 5_000, Window.ofSeconds(60), List.of());
        for (int i = 0; i < 5_000; i++) {
            redis.at(Limits.START + i);
            store.acquire(List.of(Limits.ask(log, "k", 1))).await().indefinitely();
        }
        long minute = 60_000_000;
        for (long cost : List.of(1L, 64L, 65L, 3_000L, 4_096L)) {
            assertEquals(minute - 4_999 + cost - 1, retryAfter(log, cost));
        }
        assertEquals(minute, retryAfter(log, 4_097), "when all have left");
    }

    private static long retryAfter(Limit log, long cost) {
        return ((Decision.Denied) store.acquire(List.of(Limits.ask(log, "k", cost)))
                        .await()
                        .indefinitely()
                        .get(0))
                .retryAfter();
    }

    @Provide
    Arbitrary<Course> courses() {
        return Promises.courses();
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Histories.any();
    }
}
