package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.sluice.demo.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three instances on one Redis keep one account; and each keeps its head when Redis goes. */
class LimitsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Upstream UPSTREAM = new Upstream((asked, wire) -> wire.ok("up"));
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static final String YAML = """
            clients: [header:X-Client, address]
            instances: 3
            store: { deadline: DEADLINE }
            limits:
              fixed:   { algorithm: fixed-window, quota: 200, window: 1d, key: [client] }
              sliding: { algorithm: sliding-window, quota: 200, window: 1h, key: [client] }
              bucket:  { algorithm: token-bucket, quota: 200, window: 1h, key: [client] }
              burst:   { algorithm: token-bucket, quota: 10, window: 10s, burst: 20, key: [client, route] }
              small:   { algorithm: sliding-window, quota: 5, window: 1h, key: [client] }
              big:     { algorithm: sliding-window, quota: 1000, window: 1h, key: [client] }
              huge:    { algorithm: sliding-window, quota: 90000000, window: 1h, key: [client] }
              local:   { algorithm: sliding-window, quota: 30, window: 1h, key: [client] }
              closed:  { algorithm: sliding-window, quota: 1000, window: 1h, key: [client], on-store-failure: closed }
              open:    { algorithm: sliding-window, quota: 1, window: 1h, key: [client], on-store-failure: open }
              shadow:  { algorithm: sliding-window, quota: 1, window: 1h, key: [client], shadow: true }
            routes:
              fixed:   { path: /fixed, limits: [fixed], http: { url: "%1$s" } }
              sliding: { path: /sliding, limits: [sliding], http: { url: "%1$s" } }
              bucket:  { path: /bucket, limits: [bucket], http: { url: "%1$s" } }
              two:     { path: /two, limits: [big, small], http: { url: "%1$s" } }
              big:     { path: /big, limits: [big], http: { url: "%1$s" } }
              small:   { path: /small, limits: [small], http: { url: "%1$s" } }
              burst:   { path: /burst, limits: [burst], http: { url: "%1$s" } }
              huge:    { path: /huge, limits: [huge], http: { url: "%1$s" } }
              local:   { path: /local, limits: [local], http: { url: "%1$s" } }
              closed:  { path: /closed, limits: [closed], http: { url: "%1$s" } }
              open:    { path: /open, limits: [open], http: { url: "%1$s" } }
              shadow:  { path: /shadow, limits: [shadow], http: { url: "%1$s" } }
            """.formatted(UPSTREAM.url());

    /** With the default of 20 ms a busy machine makes an instance fall back to its local share, which admits more. */
    private static final String PATIENT = YAML.replace("DEADLINE", "500ms");

    private static final String STANDARD = YAML.replace("DEADLINE", "20ms");

    private static List<SluiceProcess> fleet = List.of();

    @BeforeAll
    static void start() {
        fleet = SluiceProcess.start(3, SluiceProcess.setup(PATIENT).redis(REDIS.url()));
        awaitRedis("up");
        // a cold JVM on a busy machine may take longer than any deadline
        Load.run(fleet, Load.get("/sliding", "warm"), 24, 50);
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
        UPSTREAM.close();
    }

    private static void awaitRedis(String state) {
        await().atMost(SOON).untilAsserted(() -> {
            for (SluiceProcess one : fleet) {
                assertEquals(state, redis(one));
            }
        });
    }

    private static String redis(SluiceProcess process) {
        HttpResponse<String> ready = process.management("/q/health/ready");
        assertEquals(200, ready.statusCode(), ready.body());
        return new JsonObject(ready.body())
                .getJsonArray("checks")
                .getJsonObject(0)
                .getJsonObject("data")
                .getString("redis");
    }

    private static HttpResponse<String> get(int instance, String path, String client) {
        return fleet.get(instance).get(path, "X-Client", client);
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** The remaining quota and the seconds to the reset that a RateLimit field states for a limit. */
    private static long[] state(HttpResponse<String> response, String limit) {
        Matcher item = Pattern.compile('"' + limit + "\";r=(\\d+);t=(\\d+)").matcher(header(response, "RateLimit"));
        assertTrue(item.find(), header(response, "RateLimit"));
        return new long[] {Long.parseLong(item.group(1)), Long.parseLong(item.group(2))};
    }

    private static String someone() {
        return UUID.randomUUID().toString();
    }

    @Test
    void every_answer_of_a_limited_route_states_policy_and_state() {
        String client = someone();
        HttpResponse<String> first = get(0, "/two", client);
        assertEquals(200, first.statusCode());
        assertEquals("\"big\";q=1000;w=3600, \"small\";q=5;w=3600", header(first, "RateLimit-Policy"));
        assertTrue(
                header(first, "RateLimit").matches("\"big\";r=999;t=\\d+, \"small\";r=4;t=\\d+"),
                header(first, "RateLimit"));
        long reset = state(first, "small")[1];
        assertTrue(reset > 0 && reset <= 3660, "t=" + reset);
        assertEquals(3, state(get(1, "/two", client), "small")[0]);
        HttpResponse<String> bucket = get(2, "/burst", client);
        assertEquals("\"burst\";q=10;w=10", header(bucket, "RateLimit-Policy"));
        assertEquals(19, state(bucket, "burst")[0]);
    }

    @Test
    void a_denied_request_is_told_what_it_violated_and_when_to_come_back() {
        String client = someone();
        for (int i = 0; i < 5; i++) {
            assertEquals(200, get(i % 3, "/two", client).statusCode());
        }
        HttpResponse<String> denied = get(0, "/two", client);
        assertEquals(429, denied.statusCode());
        assertEquals("application/problem+json", header(denied, "Content-Type"));
        long wait = Long.parseLong(header(denied, "Retry-After"));
        assertTrue(wait > 3500 && wait <= 3661, "Retry-After: " + wait);
        assertEquals(0, state(denied, "small")[0]);
        assertTrue(state(denied, "small")[1] <= wait, "a Retry-After before the reset");
        assertEquals("\"big\";q=1000;w=3600, \"small\";q=5;w=3600", header(denied, "RateLimit-Policy"));
        JsonObject problem = new JsonObject(denied.body());
        assertEquals("https://iana.org/assignments/http-problem-types#quota-exceeded", problem.getString("type"));
        assertEquals(429, problem.getInteger("status"));
        assertNotNull(problem.getString("title"));
        assertEquals(new JsonArray().add("small"), problem.getJsonArray("violated-policies"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fixed", "/sliding"})
    void three_instances_admit_exactly_the_quota(String path) {
        Load.Report report = Load.run(fleet, Load.get(path, someone()), 24, 125);
        assertEquals(List.of(), report.failures());
        assertEquals(200, report.count(200), () -> "slowest " + report.slowestMillis() + " ms; " + storeFailures());
        assertEquals(2800, report.count(429));
    }

    /** What tells an account that is wrong from an instance that fell back to its own share. */
    private static String storeFailures() {
        StringBuilder said = new StringBuilder();
        for (SluiceProcess one : fleet) {
            one.management("/q/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("sluice_store_failures_total"))
                    .forEach(line -> said.append(line).append("; "));
        }
        return said.toString();
    }

    @Test
    void three_instances_admit_a_buckets_burst_and_what_it_refilled() {
        long began = System.nanoTime();
        Load.Report report = Load.run(fleet, Load.get("/bucket", someone()), 24, 125);
        long refilled = (System.nanoTime() - began) / 1_000_000_000L * 200 / 3600 + 1;
        assertEquals(List.of(), report.failures());
        assertTrue(
                report.count(200) >= 200 && report.count(200) <= 200 + refilled,
                report.count(200) + " admitted, " + refilled + " refilled at most");
        assertEquals(3000, report.count(200) + report.count(429));
    }

    @Test
    void a_denied_request_takes_nothing_from_its_other_limits() {
        String client = someone();
        for (int i = 0; i < 20; i++) {
            assertEquals(i < 5 ? 200 : 429, get(i % 3, "/two", client).statusCode());
        }
        assertEquals(1000 - 5 - 1, state(get(0, "/big", client), "big")[0]);
    }

    @Test
    void a_shadow_limit_denies_nobody() {
        String client = someone();
        for (int i = 0; i < 4; i++) {
            assertEquals(200, get(0, "/shadow", client).statusCode());
        }
    }

    @Test
    void a_flushed_script_cache_and_killed_connections_fail_no_request() {
        try (Load load = Load.continuous(fleet, Load.get("/huge", someone()), 6)) {
            for (int i = 0; i < 5; i++) {
                redis("SCRIPT FLUSH");
                redis("CLIENT KILL TYPE normal");
                String probe = someone();
                await().pollInterval(Duration.ofMillis(100))
                        .atMost(SOON)
                        .until(() -> state(get(0, "/small", probe), "small")[0] < 3);
            }
            Load.Report report = load.stop();
            assertEquals(List.of(), report.failures());
            assertEquals(report.statuses().size(), report.count(200));
        }
        awaitRedis("up");
    }

    private static String redis(String command) {
        try (Socket socket = new Socket("127.0.0.1", REDIS.port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[512];
            int read = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(0, read), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void redis_killed_under_load_costs_no_request_more_than_the_deadline() {
        String client = someone();
        try (Load load = Load.continuous(fleet, Load.get("/huge", client), 6)) {
            String before = someone();
            await().atMost(SOON).until(() -> state(get(0, "/small", before), "small")[0] <= 2);
            REDIS.close();
            try {
                awaitRedis("down");
                assertEquals(503, get(0, "/closed", client).statusCode());
                HttpResponse<String> closed = get(1, "/closed", client);
                assertEquals(503, closed.statusCode());
                assertTrue(Long.parseLong(header(closed, "Retry-After")) >= 1);
                assertEquals("application/problem+json", header(closed, "Content-Type"));
                assertEquals(
                        "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
                        new JsonObject(closed.body()).getString("type"));
                for (int i = 0; i < 4; i++) {
                    assertEquals(200, get(0, "/open", client).statusCode());
                }
                String local = someone();
                int admitted = 0;
                for (int i = 0; i < 20; i++) {
                    admitted += get(2, "/local", local).statusCode() == 200 ? 1 : 0;
                }
                assertEquals(30 / 3, admitted, "this instance's share of 30 among 3");
            } finally {
                REDIS.startAgain();
                awaitRedis("up");
            }
            Load.Report report = load.stop();
            assertEquals(List.of(), report.failures());
            assertEquals(report.statuses().size(), report.count(200));
            assertTrue(report.percentileMillis(99) < 750, "99 % within " + report.percentileMillis(99) + " ms");
            assertTrue(report.slowestMillis() < 2000, "slowest " + report.slowestMillis() + " ms");
        }
        await().atMost(SOON).untilAsserted(() -> {
            String shared = someone();
            assertEquals(4, state(get(0, "/small", shared), "small")[0]);
            assertEquals(3, state(get(1, "/small", shared), "small")[0]);
            assertEquals(2, state(get(2, "/small", shared), "small")[0]);
        });
        assertEquals(200, get(0, "/closed", client).statusCode());
    }

    @Test
    void
            without_redis_at_the_start_it_says_so_once_and_shares_when_redis_comes_and_a_redis_that_hangs_holds_nobody_up() {
        int port = Ports.free();
        try (SluiceProcess alone =
                SluiceProcess.setup(STANDARD).redis("redis://127.0.0.1:" + port).start()) {
            assertEquals("down", redis(alone));
            String client = someone();
            int admitted = 0;
            for (int i = 0; i < 40; i++) {
                int status = alone.get("/local", "X-Client", client).statusCode();
                assertTrue(status == 200 || status == 429, "status " + status);
                admitted += status == 200 ? 1 : 0;
            }
            assertEquals(30 / 3, admitted);
            assertEquals(503, alone.get("/closed", "X-Client", client).statusCode());
            await().atMost(SOON).until(() -> outages(alone) > 0);
            for (int i = 0; i < 20; i++) {
                alone.get("/local", "X-Client", client);
            }
            assertEquals(1, outages(alone), alone.log());
            assertNull(alone.log()
                    .lines()
                    .filter(line -> line.startsWith("\tat "))
                    .findAny()
                    .orElse(null));
            try (EmbeddedRedis late = new EmbeddedRedis(port)) {
                await().atMost(SOON).until(() -> redis(alone).equals("up"));
                assertEquals(200, alone.get("/closed", "X-Client", client).statusCode());
                late.pause();
                Load.Report report = Load.run(List.of(alone), Load.get("/huge", client), 4, 200);
                late.resume();
                assertEquals(List.of(), report.failures());
                assertEquals(800, report.count(200));
                assertTrue(report.percentileMillis(99) < 250, "99 % within " + report.percentileMillis(99) + " ms");
                assertTrue(report.slowestMillis() < 1500, "slowest " + report.slowestMillis() + " ms");
            }
        }
    }

    private static long outages(SluiceProcess process) {
        return process.log()
                .lines()
                .filter(line -> line.contains("Redis does not answer"))
                .count();
    }
}
