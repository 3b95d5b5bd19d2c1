package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Histories;
import io.sluice.limit.Histories.Step;
import io.sluice.limit.Limits;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.Promises;
import io.sluice.limit.Promises.Course;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
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

    @Provide
    Arbitrary<Course> courses() {
        return Promises.courses();
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Histories.any();
    }
}
