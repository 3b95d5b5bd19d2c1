package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two instances with one Redis: what was purged at one is served by neither. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PurgeIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String PURGE = "/admin/cache/purge";
    private static final int ROUNDS = 10;
    private static final AtomicInteger ANSWERS = new AtomicInteger();
    private static final AtomicBoolean FAILING = new AtomicBoolean();
    private static final Upstream UPSTREAM = new Upstream(PurgeIT::answer);
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static List<SluiceProcess> fleet = List.of();

    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException {
        boolean validates = asked.header("if-none-match") != null;
        String headers = asked.target().startsWith("/vary")
                ? "Cache-Control: max-age=60\r\nVary: X-Lang\r\n"
                : asked.target().startsWith("/validated")
                        ? "Cache-Control: max-age=60, stale-while-revalidate=60\r\nETag: \"v\"\r\n"
                        : "";
        wire.reply(
                FAILING.get() ? 503 : validates ? 304 : 200,
                headers,
                validates ? "" : "answer " + ANSWERS.incrementAndGet());
    }

    @BeforeAll
    static void start() {
        Postgres.execute("CREATE SEQUENCE purged");
        String yaml = """
                trusted-proxies: [127.0.0.1]
                routes:
                  product: { path: "/products/{id}", cache: { ttl: 60s, tags: ["product:{id}"] }, http: { url: "%1$s" } }
                  other: { path: /other/**, cache: { ttl: 60s, tags: [other] }, http: { url: "%1$s" } }
                  soft: { path: /soft/**, cache: { ttl: 60s, stale-if-error: 60s, tags: [soft] }, http: { url: "%1$s" } }
                  validated: { path: /validated/**, cache: {}, http: { url: "%1$s" } }
                  vary: { path: /vary/**, cache: {}, http: { url: "%1$s" } }
                  row:
                    path: /rows/{name}
                    cache: { ttl: 60s }
                    postgres: { sql: "SELECT :name::text AS name, nextval('purged') AS n", returns: row, read-only: false }
                """.formatted(UPSTREAM.url());
        fleet = SluiceProcess.start(
                2, SluiceProcess.setup(yaml).redis(REDIS.url()).postgres(Postgres.url()));
        await().atMost(SOON)
                .until(() -> fleet.stream()
                        .allMatch(
                                one -> one.management("/q/health/ready").body().contains("\"redis\": \"up\"")));
        // a cold JVM on a busy machine may take longer than the store is waited for
        await().atMost(SOON).until(() -> fleet.stream().allMatch(one -> purge(one, "{\"route\":\"other\"}") == 200));
        for (String path : new String[] {"/other/warm", "/rows/warm"}) {
            await().atMost(SOON).until(() -> isHit(get(0, path)) && isHit(get(1, path)));
        }
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
        UPSTREAM.close();
    }

    private static int purge(SluiceProcess at, String body, String... headers) {
        return at.manage("POST", PURGE, body, headers).statusCode();
    }

    private static Raw.Reply get(int instance, String path, String... headers) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: shop\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return Raw.once(fleet.get(instance).port, request.append("\r\n").toString());
    }

    private static boolean isHit(Raw.Reply reply) {
        return String.valueOf(reply.header("cache-status")).startsWith("sluice; hit");
    }

    /** Brings an entry near at both instances; its body. */
    private static String near(String path, String... headers) {
        return await().atMost(SOON).until(() -> nearNow(path, headers), body -> !body.isEmpty());
    }

    /** Empty: on a busy machine the store may have missed its deadline. */
    private static String nearNow(String path, String... headers) {
        String body = get(0, path, headers).body();
        for (int i = 0; i < 4; i++) {
            Raw.Reply hit = get(i % 2, path, headers);
            if (!isHit(hit) || !hit.body().equals(body)) {
                return "";
            }
        }
        return body;
    }

    private static void acknowledged(String body) {
        HttpResponse<String> purged = fleet.get(0).manage("POST", PURGE, body);
        assertEquals(200, purged.statusCode(), purged.body());
        assertEquals(
                "application/json", purged.headers().firstValue("content-type").orElse(""));
        JsonObject json = new JsonObject(purged.body());
        assertEquals(true, json.getBoolean("acknowledged"));
        assertTrue(json.getLong("took-ms") >= 0, purged.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/products/1        | {\"tags\":[\"product:1\"]}",
                "/products/2        | {\"tags\":[\"nothing\",\"product\"]}",
                "/other/3           | {\"tags\":[\"other\"]}",
                "/other/4           | {\"route\":\"other\"}",
                "/products/5?a=b%20 | {\"url\":\"http://shop/products/5?a=b%20\"}",
                "/products/6        | {\"everything\":true}",
                "/rows/7            | {\"route\":\"row\"}",
                "/rows/a%20b        | {\"url\":\"https://anything/rows/%61%20b\"}",
                "/rows/9            | {\"everything\":true}"
            })
    @Order(1)
    void once_a_purge_is_acknowledged_neither_instance_serves_what_was_there(String path, String body) {
        for (int i = 0; i < ROUNDS; i++) {
            String old = near(path);
            acknowledged(body);
            Raw.Reply there = get(1, path);
            assertEquals(200, there.status());
            assertNotEquals(old, there.body());
            assertNotEquals(old, get(0, path).body());
        }
    }

    /** Its route keeps what went stale for errors: until the origin fails, neither instance serves it any more. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/soft/1     | {\"soft\":true,\"tags\":[\"soft\"]}",
                "/soft/2     | {\"route\":\"soft\",\"soft\":true}",
                "/soft/3?a=b | {\"url\":\"http://shop/soft/3?a=b\",\"soft\":true}",
                "/soft/4     | {\"everything\":true,\"soft\":true}"
            })
    @Order(1)
    void once_a_soft_purge_is_acknowledged_what_was_there_only_stands_in_until_a_hard_one(String path, String body) {
        for (int i = 0; i < ROUNDS; i++) {
            String old = near(path);
            acknowledged(body);
            FAILING.set(true);
            for (int instance = 1; instance >= 0; instance--) {
                Raw.Reply standIn = get(instance, path);
                assertEquals(200, standIn.status());
                assertEquals(old, standIn.body());
                String said = String.valueOf(standIn.header("cache-status"));
                assertTrue(said.startsWith("sluice; fwd=stale; "), said);
                assertTrue(said.endsWith("; detail=\"origin-failed\""), said);
            }
            FAILING.set(false);
            String renewed = get(1, path).body();
            assertNotEquals(old, renewed);
            assertNotEquals(old, get(0, path).body());

            String last = near(path);
            acknowledged(body);
            acknowledged(body.replace("\"soft\":true,", "").replace(",\"soft\":true", ""));
            FAILING.set(true);
            for (int instance = 1; instance >= 0; instance--) {
                assertEquals(503, get(instance, path).status(), "void: " + last);
            }
            FAILING.set(false);
        }
    }

    @Test
    @Order(1)
    void a_softly_purged_answer_is_served_while_one_request_validates_it_and_fresh_again_when_it_is_right() {
        String old = near("/validated/1");
        int asked = UPSTREAM.asked("/validated/1").size();
        acknowledged("{\"route\":\"validated\",\"soft\":true}");
        Raw.Reply stale = get(1, "/validated/1");
        assertEquals(old, stale.body());
        assertTrue(
                Pattern.matches("sluice; hit; ttl=-\\d+", String.valueOf(stale.header("cache-status"))),
                stale.toString());
        await().atMost(SOON)
                .until(() -> Pattern.matches(
                        "sluice; hit; ttl=\\d+",
                        String.valueOf(get(1, "/validated/1").header("cache-status"))));
        assertEquals(old, get(1, "/validated/1").body());
        assertEquals(asked + 1, UPSTREAM.asked("/validated/1").size());
    }

    @Test
    @Order(1)
    void what_was_not_chosen_stays() {
        String product = near("/products/11");
        String other = near("/other/12");
        acknowledged("{\"tags\":[\"product:12\",\"productx\"]}");
        acknowledged("{\"route\":\"row\"}");
        acknowledged("{\"url\":\"http://shop/products/11?a=b\"}");
        acknowledged("{\"url\":\"http://other.shop/products/11\"}");
        for (int i = 0; i < 2; i++) {
            assertEquals(product, get(i, "/products/11").body());
            assertEquals(other, get(i, "/other/12").body());
        }
    }

    @Test
    @Order(1)
    void a_url_is_purged_in_all_its_variants() {
        String german = near("/vary/13", "X-Lang: de");
        String english = near("/vary/13", "X-Lang: en");
        acknowledged("{\"url\":\"http://shop/vary/13\"}");
        assertNotEquals(german, get(1, "/vary/13", "X-Lang: de").body());
        assertNotEquals(english, get(1, "/vary/13", "X-Lang: en").body());
    }

    @Test
    @Order(1)
    void a_url_is_purged_as_a_trusted_proxy_asks_for_it_too() {
        String[] proxy = {"X-Forwarded-Proto: https", "X-Forwarded-Host: shop"};
        String direct = near("/products/14");
        String forwarded = near("/products/14", proxy);
        String told = near("/products/14", "X-Forwarded-Proto: https");
        assertNotEquals(direct, forwarded);
        acknowledged("{\"url\":\"https://shop/products/14\"}");
        assertNotEquals(direct, get(1, "/products/14").body());
        assertNotEquals(forwarded, get(1, "/products/14", proxy).body());
        assertNotEquals(told, get(1, "/products/14", "X-Forwarded-Proto: https").body());
    }

    @Test
    @Order(1)
    void purges_are_counted_by_kind() {
        acknowledged("{\"route\":\"vary\"}");
        String metrics = fleet.get(0).management("/q/metrics").body();
        assertTrue(
                metrics.lines()
                        .anyMatch(line -> line.startsWith("sluice_cache_purges_total{")
                                && line.contains("kind=\"route\"")
                                && line.contains("mode=\"hard\"")
                                && line.contains("result=\"acknowledged\"")),
                metrics);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"route\":\"nowhere\"}                | route",
                "{\"url\":\"http://shop/nowhere\"}      | url",
                "{\"tags\":\"product\"}                 | tags",
                "{\"soft\":\"yes\",\"everything\":true}   | soft",
                "{\"tags\":[\"a\"],\"everything\":true} | everything"
            })
    @Order(1)
    void a_mistake_is_a_400_that_names_the_field_and_purges_nothing(String body, String field) {
        String kept = near("/other/15");
        HttpResponse<String> refused = fleet.get(0).manage("POST", PURGE, body);
        assertEquals(400, refused.statusCode(), refused.body());
        assertEquals(
                "application/problem+json",
                refused.headers().firstValue("content-type").orElse(""));
        assertEquals(field, new JsonObject(refused.body()).getString("field"));
        assertEquals(kept, get(1, "/other/15").body());
    }

    @Test
    @Order(1)
    void other_methods_and_paths_are_told_so() {
        HttpResponse<String> got = fleet.get(0).management(PURGE);
        assertEquals(405, got.statusCode());
        assertEquals("POST", got.headers().firstValue("allow").orElse(""));
        assertEquals(
                405, fleet.get(0).manage("PUT", PURGE, "{\"everything\":true}").statusCode());
        assertEquals(404, fleet.get(0).manage("POST", "/admin/cache", "").statusCode());
        assertEquals(
                404, fleet.get(0).manage("POST", "/admin/cache/purge/x", "").statusCode());
        assertEquals(404, fleet.get(0).get(PURGE).statusCode());
    }

    @Test
    @Order(1)
    void a_body_over_a_mebibyte_is_a_413() {
        String head = "POST " + PURGE + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        try (Raw raw = new Raw(fleet.get(0).management)) {
            raw.send(head + "Content-Length: 1048577\r\n\r\n");
            raw.send(" ".repeat(1_048_577));
            assertEquals(413, raw.read().status());
        }
        String chunk = "10000\r\n" + " ".repeat(65_536) + "\r\n";
        try (Raw raw = new Raw(fleet.get(0).management)) {
            raw.send(head + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 17; i++) {
                raw.send(chunk);
            }
            assertEquals(413, raw.read().status());
        }
        String body = "{\"tags\":[\"x\"" + " ".repeat(1_048_576 - 14) + "]}";
        assertEquals(1_048_576, body.length());
        assertEquals(200, purge(fleet.get(0), body));
    }

    @Test
    @Order(1)
    void a_web_page_purges_nothing_where_no_token_is_configured() {
        assertEquals(403, purge(fleet.get(0), "{\"everything\":true}", "Origin", "https://evil.example"));
    }

    @Test
    @Order(1)
    void with_a_token_callers_without_it_are_refused_and_without_redis_a_purge_works_too() {
        String yaml = "routes: { all: { path: /**, cache: { ttl: 60s }, http: { url: \"" + UPSTREAM.url() + "\" } } }";
        try (SluiceProcess alone =
                SluiceProcess.setup(yaml).with("SLUICE_ADMIN_TOKEN", "s3cret").start()) {
            String old = alone.get("/x").body();
            assertEquals(old, alone.get("/x").body());
            String body = "{\"everything\":true}";
            for (String[] headers :
                    new String[][] {{}, {"Authorization", "Bearer no"}, {"Authorization", "Basic s3cret"}}) {
                HttpResponse<String> refused = alone.manage("POST", PURGE, body, headers);
                assertEquals(401, refused.statusCode());
                assertEquals(
                        "Bearer",
                        refused.headers().firstValue("www-authenticate").orElse(""));
                assertEquals(
                        "application/problem+json",
                        refused.headers().firstValue("content-type").orElse(""));
            }
            assertEquals(401, alone.manage("GET", "/admin/anything", "").statusCode());
            assertEquals(old, alone.get("/x").body());
            String[] token = {"Authorization", "Bearer s3cret"};
            for (String purge : new String[] {body, "{\"route\":\"all\"}", "{\"url\":\"" + alone.base() + "/x\"}"}) {
                String before = alone.get("/x").body();
                assertEquals(before, alone.get("/x").body());
                assertEquals(200, purge(alone, purge, token));
                assertNotEquals(before, alone.get("/x").body());
            }
        }
    }

    @Test
    @Order(2)
    void with_the_store_away_nobody_knows() {
        near("/other/16");
        REDIS.pause();
        unknown();
        REDIS.resume();
        await().atMost(SOON).until(() -> purge(fleet.get(0), "{\"everything\":true}") == 200);
        REDIS.close();
        unknown();
        REDIS.startAgain();
        await().atMost(SOON).until(() -> purge(fleet.get(0), "{\"everything\":true}") == 200);
    }

    private static void unknown() {
        HttpResponse<String> reply = fleet.get(0).manage("POST", PURGE, "{\"everything\":true}");
        assertEquals(503, reply.statusCode(), reply.body());
        assertEquals("1", reply.headers().firstValue("retry-after").orElse(""));
        assertEquals(
                "application/problem+json",
                reply.headers().firstValue("content-type").orElse(""));
        assertEquals(503, new JsonObject(reply.body()).getInteger("status"));
    }
}
