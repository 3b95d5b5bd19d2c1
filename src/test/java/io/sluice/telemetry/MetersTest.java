package io.sluice.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class MetersTest {
    @Test
    void a_counter_that_an_alert_asks_by_how_much_it_grew_begins_at_nought() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Meters meters = new Meters(registry);
        assertEquals(0, reloads(registry, "refused"));
        assertEquals(0, reloads(registry, "taken"));
        meters.reload(false);
        assertEquals(1, reloads(registry, "refused"));
        assertEquals(0, reloads(registry, "taken"));
    }

    @Test
    void where_nobody_wants_to_hear_commits_any_more_there_is_no_gauge_that_says_nought() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Meters meters = new Meters(registry);
        meters.listeningNoMore();
        meters.listening(() -> 0);
        meters.listeningNoMore();
        assertNull(registry.find("sluice.invalidation.listening").gauge());
        meters.listening(() -> 1);
        assertEquals(1, registry.get("sluice.invalidation.listening").gauge().value());
    }

    private static double reloads(SimpleMeterRegistry registry, String result) {
        return registry.get("sluice.config.reloads")
                .tag("result", result)
                .counter()
                .count();
    }
}
