package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RunningOverridesTest {
    private final Limit perClient = Limit.of(
            "per-client", new Algorithm.SlidingWindow(), 100, Window.ofSeconds(60), List.of(new KeyPart.Client()));
    private final Limit burst = Limit.of(
            "burst",
            new Algorithm.TokenBucket(20),
            10,
            Window.ofSeconds(1),
            List.of(new KeyPart.Client(), new KeyPart.Route()));
    private final AtomicInteger changes = new AtomicInteger();
    private final RunningOverrides overrides = new RunningOverrides(changes::incrementAndGet);

    RunningOverridesTest() {
        overrides.use(List.of(perClient, burst));
    }

    private static String key(Limit limit, String... values) {
        return LimitKey.of(limit, new PartValues(limit, List.of(values)));
    }

    @Test
    void one_for_a_limit_holds_for_all_its_counters_and_is_the_same_object_each_time() {
        overrides.replace(Map.of("per-client", new Numbers(500, 0, 0)));
        Limit changed = overrides.of(perClient, key(perClient, "a"));
        assertEquals(perClient.withQuota(500), changed);
        assertSame(changed, overrides.of(perClient, key(perClient, "b")));
        assertSame(burst, overrides.of(burst, key(burst, "a", "r")));
    }

    @Test
    void one_for_a_counter_wins() {
        overrides.replace(Map.of(
                "per-client",
                new Numbers(500, 0, 0),
                RunningOverrides.counter("per-client", List.of("a")),
                new Numbers(7, 0, 0),
                RunningOverrides.counter("burst", List.of("a", "r")),
                new Numbers(30, 90, 0)));
        assertEquals(7, overrides.of(perClient, key(perClient, "a")).quota());
        assertEquals(500, overrides.of(perClient, key(perClient, "b")).quota());
        Limit wide = overrides.of(burst, key(burst, "a", "r"));
        assertEquals(List.of(30L, 90L), List.of(wide.quota(), wide.capacity()));
        assertEquals(20, overrides.of(burst, key(burst, "a", "other")).capacity());
    }

    @Test
    void a_tier_s_numbers_are_replaced_too() {
        overrides.replace(Map.of("per-client", new Numbers(500, 0, 0)));
        assertEquals(
                500,
                overrides.of(perClient.withQuota(1000), key(perClient, "a")).quota());
        assertEquals(500, overrides.of(perClient, key(perClient, "a")).quota());
    }

    @Test
    void what_names_nothing_or_cannot_be_counted_has_no_effect() {
        overrides.replace(Map.of(
                "unknown", new Numbers(1, 0, 0),
                "per-client", new Numbers(1L << 40, 0, 0),
                "burst a", new Numbers(1, 0, 0)));
        assertSame(perClient, overrides.of(perClient, key(perClient, "a")));
        assertSame(burst, overrides.of(burst, key(burst, "a", "r")));
    }

    @Test
    void a_change_is_told_and_what_is_no_change_is_not() {
        overrides.replace(Map.of());
        assertEquals(0, changes.get());
        overrides.replace(Map.of("per-client", new Numbers(500, 0, 0)));
        overrides.replace(Map.of("per-client", new Numbers(500, 0, 0)));
        assertEquals(1, changes.get());
        overrides.replace(Map.of());
        assertEquals(2, changes.get());
        assertSame(perClient, overrides.of(perClient, key(perClient, "a")));
    }

    @Test
    void another_table_s_limits_are_found_by_their_names() {
        overrides.replace(Map.of("later", new Numbers(5, 0, 0)));
        Limit later = Limit.of("later", new Algorithm.FixedWindow(), 100, Window.ofSeconds(60), List.of());
        assertSame(later, overrides.of(later, key(later)));
        overrides.use(List.of(later));
        assertEquals(5, overrides.of(later, key(later)).quota());
    }

    @Test
    void numbers_are_read_as_they_are_written() {
        for (Numbers numbers :
                List.of(new Numbers(5, 0, 0), new Numbers(5, 9, 0), new Numbers(5, 9, 1_700_000_000_000L))) {
            assertEquals(numbers, Numbers.parse(numbers.text()));
        }
        for (String foreign :
                List.of("", "5", "quota", "quota=", "quota=0", "quota=-1", "burst=5", "quota=5 x=1", "quota=1e3")) {
            assertNull(Numbers.parse(foreign), foreign);
        }
    }
}
