package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the management port tells of the gateway. */
class ManagementIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String SECRET = "client-with-a-name-of-its-own";
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static final Upstream UPSTREAM =
            new Upstream((asked, wire) -> wire.reply(200, "Cache-Control: max-age=60\r\n", "up"));
    private static final Upstream GONE = new Upstream((asked, wire) -> wire.ok("up"));
    private static SluiceProcess sluice;

    @BeforeAll
    static void start() {
        sluice = SluiceProcess.setup("""
                        clients: [header:X-Client, address]
                        limits:
                          two: { algorithm: sliding-window, quota: 2, window: 1h, key: [client] }
                        routes:
                          limited: { path: /limited, limits: [two], http: { url: "%1$s" } }
                          cached:  { path: /cached/**, cache: {}, http: { url: "%1$s" } }
                          gone:    { path: /gone, http: { url: "%2$s" } }
                        """.formatted(UPSTREAM.url(), GONE.url()))
                .redis(REDIS.url())
                .start();
        GONE.close();
        await().atMost(SOON)
                .until(() -> sluice.management("/q/health/ready").body().contains("\"redis\": \"up\""));
        for (int i = 0; i < 5; i++) {
            sluice.get("/limited", "X-Client", SECRET);
        }
        for (int i = 0; i < 3; i++) {
            sluice.get("/cached/x", "X-Client", SECRET);
        }
        for (int i = 0; i < 6; i++) {
            sluice.get("/gone", "X-Client", SECRET);
        }
        sluice.get("/nowhere");
    }

    @AfterAll
    static void end() {
        sluice.close();
        REDIS.close();
        UPSTREAM.close();
    }

    private static String metrics() {
        HttpResponse<String> response = sluice.management("/q/metrics");
        assertEquals(200, response.statusCode());
        return response.body();
    }

    /** The value of the one line that starts with a name and has all these labels. */
    private static double value(String name, String... labels) {
        return metrics()
                .lines()
                .filter(line -> line.startsWith(name + '{') || line.startsWith(name + ' '))
                .filter(line -> {
                    for (String label : labels) {
                        if (!line.contains(label)) {
                            return false;
                        }
                    }
                    return true;
                })
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in\n" + metrics()));
    }

    @Test
    void requests_are_counted_by_route_and_status() {
        assertEquals(2, value("sluice_requests_total", "route=\"limited\"", "status=\"200\""));
        assertEquals(3, value("sluice_requests_total", "route=\"limited\"", "status=\"429\""));
        assertEquals(3, value("sluice_requests_total", "route=\"cached\"", "status=\"200\""));
        assertEquals(6, value("sluice_requests_total", "route=\"gone\"", "status=\"503\""));
        assertTrue(value("sluice_requests_total", "route=\"-\"", "status=\"404\"") >= 1);
    }

    @Test
    void decisions_are_counted_by_limit() {
        assertEquals(2, value("sluice_decisions_total", "limit=\"two\"", "decision=\"allowed\""));
        assertEquals(3, value("sluice_decisions_total", "limit=\"two\"", "decision=\"denied\""));
        assertEquals(0, value("sluice_decisions_total", "limit=\"two\"", "decision=\"unavailable\""));
    }

    @Test
    void lookups_are_counted_by_outcome() {
        assertEquals(1, value("sluice_lookups_total", "route=\"cached\"", "outcome=\"miss\""));
        assertEquals(2, value("sluice_lookups_total", "route=\"cached\"", "outcome=\"hit\""));
    }

    @Test
    void the_origins_latency_is_a_histogram() {
        assertEquals(1, value("sluice_origin_seconds_count", "route=\"cached\""));
        assertEquals(1, value("sluice_origin_seconds_bucket", "route=\"cached\"", "le=\"+Inf\""));
        assertTrue(value("sluice_origin_seconds_bucket", "route=\"cached\"", "le=\"10.0\"") >= 1);
    }

    @Test
    void the_stores_latency_is_a_histogram() {
        assertTrue(value("sluice_store_seconds_count", "kind=\"limits\"") >= 1);
        assertTrue(value("sluice_store_seconds_bucket", "kind=\"limits\"", "le=\"+Inf\"") >= 1);
    }

    @Test
    void breakers_tell_their_state() {
        assertEquals(0, value("sluice_breaker_state", "breaker=\"redis\""));
        assertEquals(2, value("sluice_breaker_state", "breaker=\"route:gone\""));
    }

    @Test
    void no_metric_names_a_client() {
        String metrics = metrics();
        assertFalse(metrics.contains(SECRET), metrics);
        assertFalse(
                metrics.lines().filter(line -> line.startsWith("sluice")).anyMatch(line -> line.contains("127.0.0.1")),
                metrics);
    }

    @Test
    void health_is_live_started_and_ready_with_what_is_degraded_in_its_data() {
        for (String check : new String[] {"live", "started", "ready"}) {
            HttpResponse<String> health = sluice.management("/q/health/" + check);
            assertEquals(200, health.statusCode(), check);
            assertEquals("UP", new JsonObject(health.body()).getString("status"), check);
        }
        JsonObject data = new JsonObject(sluice.management("/q/health/ready").body())
                .getJsonArray("checks")
                .getJsonObject(0)
                .getJsonObject("data");
        assertEquals("up", data.getString("redis"));
        assertEquals("not configured", data.getString("postgres"));
        assertEquals("origin down", data.getString("route gone"));
    }

    @Test
    void management_is_not_served_on_the_data_port() {
        assertEquals(404, sluice.get("/q/metrics").statusCode());
        assertEquals(404, sluice.get("/q/health").statusCode());
    }
}
