package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a request costs, what becomes of one over a limit, and how its answer says so. */
class DenialIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Upstream UPSTREAM = new Upstream((asked, wire) -> {
        String tokens = asked.header("X-Answer-Tokens");
        String fields = tokens == null ? "" : "X-Tokens: " + tokens + "\r\n";
        if (asked.target().startsWith("/trailer")) {
            wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nup\r\n0\r\n" + fields + "\r\n");
        } else {
            wire.reply(
                    200, fields + "X-RateLimit-Limit: 7\r\nX-RateLimit-Used: 1\r\nCache-Control: max-age=60\r\n", "up");
        }
    });
    private static final String YAML = """
            clients: [header:X-Client, address]
            headers: both
            limits:
              costly: { algorithm: token-bucket, quota: 10, window: 1h, key: [client], cost: "header:X-Cost" }
              tokens: { algorithm: sliding-window, quota: 10000, window: 1h, key: [client], cost: "response-header:X-Tokens", reserve: 1000 }
              debts:  { algorithm: token-bucket, quota: 1000, window: 1s, burst: 3000, key: [client], cost: "response-header:X-Tokens", reserve: 1000 }
              calm:   { algorithm: token-bucket, quota: 5, window: 1s, burst: 1, key: [client], on-limit: delay, max-delay: 20s }
              brisk:  { algorithm: token-bucket, quota: 1, window: 1s, burst: 1, key: [client], on-limit: delay, max-delay: 1500ms }
              own:    { algorithm: fixed-window, quota: 1, window: 1d, key: [client], status: 503, body: '{"error": "{limit} {quota} {what}", "again": {retry-after}, "status": {status}}' }
              plain:  { algorithm: fixed-window, quota: 1, window: 1d, key: [client], body: "{limit}: {remaining} of {quota}" }
              wide:   { algorithm: sliding-window, quota: 1000, window: 1h, key: [client] }
              narrow: { algorithm: sliding-window, quota: 5, window: 1h, key: [client] }
            routes:
              costly:  { path: /costly, limits: [costly], http: { url: "%1$s" } }
              tokens:  { path: /tokens, limits: [tokens], http: { url: "%1$s" } }
              trailer: { path: /trailer, limits: [tokens], http: { url: "%1$s" } }
              cached:  { path: "/cached/{id}", limits: [tokens], cache: {}, http: { url: "%1$s" } }
              debts:   { path: /debts, limits: [debts], http: { url: "%1$s" } }
              calm:    { path: /calm, limits: [calm], http: { url: "%1$s" } }
              brisk:   { path: /brisk, limits: [brisk], http: { url: "%1$s" } }
              own:     { path: /own, limits: [own], http: { url: "%1$s" } }
              plain:   { path: /plain, limits: [plain], http: { url: "%1$s" } }
              two:     { path: /two, limits: [wide, narrow], http: { url: "%1$s" } }
              stored:  { path: /stored, limits: [wide], cache: {}, http: { url: "%1$s" } }
              free:    { path: /free, http: { url: "%1$s" } }
            """.formatted(UPSTREAM.url());

    private static SluiceProcess sluice;

    @BeforeAll
    static void start() {
        sluice = SluiceProcess.setup(YAML).start();
    }

    @AfterAll
    static void end() {
        sluice.close();
        UPSTREAM.close();
    }

    private static String someone() {
        return UUID.randomUUID().toString();
    }

    /** @param fields lines that each end with CR LF */
    private static Raw.Reply get(String path, String client, String fields) {
        return Raw.once(sluice.port, request(path, client, fields));
    }

    private static String request(String path, String client, String fields) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Client: " + client + "\r\n" + fields + "\r\n";
    }

    private static String remaining(Raw.Reply reply) {
        return String.valueOf(reply.header("X-RateLimit-Remaining"));
    }

    @Test
    void a_request_says_what_it_costs() {
        String client = someone();
        for (String bad : new String[] {"-1", "many", "11", "1.5", "", "2\r\nX-Cost: 3"}) {
            Raw.Reply denied = get("/costly", client, "X-Cost: " + bad + "\r\n");
            assertEquals(429, denied.status(), bad);
            assertNull(denied.header("Retry-After"), bad);
            assertEquals("10", remaining(denied), bad);
        }
        assertEquals("10", remaining(get("/costly", client, "X-Cost: 0\r\n")));
        assertEquals("9", remaining(get("/costly", client, "")));
        assertEquals("4", remaining(get("/costly", client, "X-Cost: 5\r\n")));
        Raw.Reply denied = get("/costly", client, "X-Cost: 5\r\n");
        assertEquals(429, denied.status());
        assertTrue(Integer.parseInt(String.valueOf(denied.header("Retry-After"))) > 0);
        assertEquals(200, get("/costly", client, "X-Cost: 0\r\n").status());
    }

    private static void awaitSpent(String path, String client, long spent) {
        // a peek is not possible where the answer tells the cost: one that reserves and gives all of it back
        await().atMost(SOON)
                .untilAsserted(() -> assertEquals(
                        Long.toString(10_000 - spent - 1_000), remaining(get(path, client, "X-Answer-Tokens: 0\r\n"))));
    }

    @Test
    void what_was_reserved_is_settled_when_the_answer_ends() {
        String client = someone();
        assertEquals("9000", remaining(get("/tokens", client, "X-Answer-Tokens: 80\r\n")));
        awaitSpent("/tokens", client, 80);
        get("/tokens", client, "X-Answer-Tokens: 5000\r\n");
        awaitSpent("/tokens", client, 5_080);
    }

    @Test
    void a_missing_or_silly_header_keeps_the_reserve() {
        String client = someone();
        get("/tokens", client, "");
        awaitSpent("/tokens", client, 1_000);
        get("/tokens", client, "X-Answer-Tokens: -5\r\n");
        awaitSpent("/tokens", client, 2_000);
        get("/tokens", client, "X-Answer-Tokens: 5\r\nX-Answer-Tokens: 6\r\n");
        awaitSpent("/tokens", client, 3_000);
    }

    @Test
    void the_cost_may_come_in_a_trailer() {
        String client = someone();
        Raw.Reply reply = get("/trailer", client, "X-Answer-Tokens: 70\r\n");
        assertEquals("70", reply.header("X-Tokens"));
        awaitSpent("/tokens", client, 70);
    }

    @Test
    void a_hit_costs_nothing_of_what_the_origin_counts() {
        String client = someone();
        String path = "/cached/" + someone();
        assertTrue(String.valueOf(get(path, client, "X-Answer-Tokens: 300\r\n").header("Cache-Status"))
                .contains("stored"));
        awaitSpent("/tokens", client, 300);
        for (int i = 0; i < 5; i++) {
            assertTrue(
                    String.valueOf(get(path, client, "").header("Cache-Status")).contains("hit"));
        }
        awaitSpent("/tokens", client, 300);
    }

    @Test
    void a_debt_is_waited_out() {
        String client = someone();
        long begun = System.nanoTime();
        assertEquals(200, get("/debts", client, "X-Answer-Tokens: 5000\r\n").status());
        await().atMost(SOON).until(() -> {
            Raw.Reply reply = get("/debts", client, "X-Answer-Tokens: 1000\r\n");
            if (reply.status() == 429) {
                assertTrue(Integer.parseInt(remaining(reply)) < 1_000, remaining(reply));
                int wait = Integer.parseInt(String.valueOf(reply.header("Retry-After")));
                assertTrue(wait >= 1 && wait <= 4, "Retry-After " + wait);
            }
            return reply.status() == 200;
        });
        // 3,000 of burst and 1,000 a second must have paid for 5,000 and 1,000 more
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(took.compareTo(Duration.ofMillis(2_900)) >= 0, "after " + took);
    }

    @Test
    void whoever_waits_for_its_turn_passes_in_the_order_of_arrival() {
        String client = someone();
        List<CompletableFuture<Raw.Reply>> replies = new ArrayList<>();
        long begun = System.nanoTime();
        double delayed = metric("sluice_delayed_total{limit=\"calm\"}");
        for (int i = 0; i < 8; i++) {
            int number = i;
            String fields = "X-Number: " + number + "\r\n";
            replies.add(CompletableFuture.supplyAsync(() -> get("/calm", client, fields), DenialIT::daemon));
            // the next one comes once this one waits
            await().atMost(SOON)
                    .until(() -> number == 0
                            ? replies.get(0).isDone()
                            : metric("sluice_delayed_total{limit=\"calm\"}") == delayed + number);
        }
        replies.forEach(reply -> assertEquals(200, reply.join().status()));
        assertTrue(System.nanoTime() - begun >= Duration.ofMillis(1_390).toNanos());
        List<String> order = UPSTREAM.asked("/calm").stream()
                .filter(asked -> client.equals(asked.header("X-Client")))
                .map(asked -> String.valueOf(asked.header("X-Number")))
                .toList();
        assertEquals(List.of("0", "1", "2", "3", "4", "5", "6", "7"), order);
        assertEquals(0, metric("sluice_delayed_waiting{limit=\"calm\"}"));
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "client");
        thread.setDaemon(true);
        thread.start();
    }

    private static double metric(String name) {
        return sluice.management("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void whoever_would_wait_too_long_is_refused_at_once_and_whoever_leaves_frees_its_place() {
        String client = someone();
        assertEquals(200, get("/brisk", client, "").status());
        Raw leaver = new Raw(sluice.port).send(request("/brisk", client, ""));
        await().atMost(SOON).until(() -> metric("sluice_delayed_waiting{limit=\"brisk\"}") == 1);
        // behind that one it would be two seconds
        Raw.Reply refused = get("/brisk", client, "");
        assertEquals(429, refused.status());
        assertEquals("application/problem+json", refused.header("Content-Type"));
        assertTrue(Integer.parseInt(String.valueOf(refused.header("Retry-After"))) >= 1);
        leaver.close();
        await().atMost(SOON).until(() -> metric("sluice_delayed_waiting{limit=\"brisk\"}") == 0);
        assertEquals(200, get("/brisk", client, "").status());
        assertEquals(
                2,
                UPSTREAM.asked("/brisk").stream()
                        .filter(asked -> client.equals(asked.header("X-Client")))
                        .count());
    }

    @Test
    void a_body_waits_with_its_request() {
        String client = someone();
        assertEquals(200, get("/calm", client, "").status());
        String body = "b".repeat(200_000);
        Raw.Reply reply = Raw.once(
                sluice.port,
                "POST /calm HTTP/1.1\r\nHost: a\r\nX-Client: " + client + "\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body);
        assertEquals(200, reply.status());
        assertEquals(
                body.length(),
                UPSTREAM.asked("/calm").stream()
                        .filter(asked -> client.equals(asked.header("X-Client")))
                        .mapToLong(Upstream.Asked::length)
                        .max()
                        .orElse(0));
    }

    @Test
    void who_waits_when_the_gateway_ends_is_answered() {
        try (SluiceProcess ending = SluiceProcess.setup(YAML).start()) {
            String client = someone();
            List<Raw> waiting = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                waiting.add(new Raw(ending.port).send(request("/calm", client, "")));
            }
            await().atMost(SOON)
                    .until(() -> ending.management("/q/metrics")
                            .body()
                            .contains("sluice_delayed_waiting{limit=\"calm\"} 5"));
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(ending::terminate, DenialIT::daemon);
            int passed = 0;
            for (Raw one : waiting) {
                int status = one.read().status();
                passed += status == 200 ? 1 : 0;
                assertTrue(status == 200 || status == 429, "status " + status);
                one.close();
            }
            assertEquals(0, code.join());
            assertTrue(passed > 15 && passed < 60, passed + " passed");
        }
    }

    @Test
    void a_limit_has_its_own_status_and_body() {
        String client = someone();
        assertEquals(200, get("/own", client, "").status());
        Raw.Reply denied = get("/own", client, "");
        assertEquals(503, denied.status());
        assertEquals("application/json", denied.header("Content-Type"));
        assertEquals("no-store", denied.header("Cache-Control"));
        JsonObject body = new JsonObject(denied.body());
        assertEquals("own 1 {what}", body.getString("error"));
        assertEquals(503, body.getInteger("status"));
        assertEquals(denied.header("Retry-After"), String.valueOf(body.getInteger("again")));

        assertEquals(200, get("/plain", client, "").status());
        denied = get("/plain", client, "");
        assertEquals(429, denied.status());
        assertEquals("text/plain; charset=utf-8", denied.header("Content-Type"));
        assertEquals("plain: 0 of 1", denied.body());
        assertTrue(denied.header("RateLimit") != null);
    }

    @Test
    void the_legacy_fields_tell_of_the_limit_closest_to_denying_and_replace_the_origins() {
        Raw.Reply reply = get("/two", someone(), "");
        assertEquals("5", reply.header("X-RateLimit-Limit"));
        assertEquals("4", reply.header("X-RateLimit-Remaining"));
        long reset = Long.parseLong(String.valueOf(reply.header("X-RateLimit-Reset")));
        assertTrue(reset > 0 && reset <= 3_660, "reset " + reset);
        assertEquals("1", reply.header("X-RateLimit-Used"));
        assertTrue(String.valueOf(reply.header("RateLimit")).contains("\"narrow\";r=4"));
        assertEquals("7", get("/free", someone(), "").header("X-RateLimit-Limit"));
    }

    @Test
    void a_hit_has_the_callers_own_state_and_none_of_the_origins() {
        get("/stored", someone(), "");
        Raw.Reply hit = get("/stored", someone(), "");
        assertTrue(String.valueOf(hit.header("Cache-Status")).contains("hit"));
        assertEquals("1000", hit.header("X-RateLimit-Limit"));
        assertEquals("999", hit.header("X-RateLimit-Remaining"));
    }
}
