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

    @Test
    void each_status_of_each_route_is_counted_by_itself_and_what_is_none_as_0() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Meters meters = new Meters(registry);
        RouteMeters one = meters.route("one");
        RouteMeters other = meters.route("other");
        for (int status = -1; status <= 1_001; status++) {
            for (int n = 0; n <= status % 3; n++) {
                (status % 2 == 0 ? one : other).request(status);
            }
        }
        for (int status = 1; status < 1_000; status++) {
            assertEquals(
                    status % 3 + 1,
                    registry.get("sluice.requests")
                            .tag("status", Integer.toString(status))
                            .tag("route", status % 2 == 0 ? "one" : "other")
                            .functionCounter()
                            .count());
        }
        assertEquals(
                999 + 2, registry.find("sluice.requests").functionCounters().size());
        assertEquals(
                1 + 1_000 % 3 + 1,
                registry.get("sluice.requests")
                        .tag("status", "0")
                        .tag("route", "one")
                        .functionCounter()
                        .count());
    }

    @Test
    void statuses_are_numbered_as_they_come_so_that_a_route_holds_no_more_than_are_in_use() {
        Statuses statuses = new Statuses();
        assertEquals(0, statuses.number(200));
        assertEquals(1, statuses.number(599));
        assertEquals(0, statuses.number(200));
        assertEquals(2, statuses.number(-7));
        assertEquals(599, statuses.status(1));
        assertEquals(0, statuses.status(2));
    }

    private static double reloads(SimpleMeterRegistry registry, String result) {
        return registry.get("sluice.config.reloads")
                .tag("result", result)
                .counter()
                .count();
    }
}
