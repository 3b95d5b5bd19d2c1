package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.limit.Histories.Step;
import io.sluice.limit.Promises.Course;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MemoryPromisesTest {
    @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
    void no_window_and_no_interval_admits_more_than_promised(@ForAll("courses") Course course) {
        AtomicLong now = new AtomicLong();
        Promises.hold(course, new MemoryLimitStore(now::get, 1000), now::set);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void dropping_counters_that_equal_fresh_ones_changes_no_decision(@ForAll("histories") List<Step> history) {
        AtomicLong now = new AtomicLong(Limits.START);
        MemoryLimitStore oracle = Limits.oracle(now);
        MemoryLimitStore store = new MemoryLimitStore(now::get, 1000);
        for (Step step : history) {
            now.addAndGet(Math.abs(step.advance()));
            for (List<Ask> request : step.requests()) {
                assertEquals(oracle.decide(request, 1, true), store.decide(request, 1, true));
            }
        }
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
