package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.http.HttpDate;
import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three instances with one Redis, before a Postgres and an HTTP origin: what is kept, shared, and loaded once. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final AtomicInteger ANSWERS = new AtomicInteger();
    private static final Upstream UPSTREAM = new Upstream(CacheIT::answer);
    private static final Upstream FRAGILE = new Upstream(CacheIT::answer);
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static final Relay RELAY = new Relay(Postgres.port()).open();
    private static List<SluiceProcess> fleet = List.of();

    /** The name of a path says how its answer may be kept; every answer is another one. */
    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException {
        String path = asked.target();
        String headers;
        if (path.contains("/s-maxage")) {
            headers = "Cache-Control: max-age=0, s-maxage=60\r\n";
        } else if (path.contains("/public")) {
            headers = "Cache-Control: public, max-age=60\r\n";
        } else if (path.contains("/no-store")) {
            headers = "Cache-Control: no-store, max-age=60\r\n";
        } else if (path.contains("/no-cache")) {
            headers = "Cache-Control: no-cache, max-age=60\r\n";
        } else if (path.contains("/private")) {
            headers = "Cache-Control: private, max-age=60\r\n";
        } else if (path.contains("/targeted")) {
            headers = "Cache-Control: no-store\r\nCDN-Cache-Control: max-age=60\r\n";
        } else if (path.contains("/modified")) {
            headers = "Last-Modified: " + HttpDate.format(System.currentTimeMillis() - 500_000) + "\r\n";
        } else if (path.contains("/own-cookie")) {
            headers = "Cache-Control: max-age=60, private=\"set-cookie\"\r\nSet-Cookie: a=b\r\n";
        } else if (path.contains("/many-tags")) {
            headers = "Cache-Control: max-age=60\r\nSurrogate-Key: "
                    + IntStream.range(0, 129).mapToObj(i -> "t" + i).collect(Collectors.joining(" ")) + "\r\n";
        } else if (path.contains("/tagged")) {
            String name = path.replace('/', '-');
            headers = "Cache-Control: max-age=60\r\nSurrogate-Key: key-of" + name + " two\r\nCache-Tag: tag-of" + name
                    + "\r\nCache-Groups: \"a-group\"\r\n";
        } else if (path.contains("/cookie")) {
            headers = "Cache-Control: max-age=60\r\nSet-Cookie: a=b\r\n";
        } else if (path.contains("/vary-all")) {
            headers = "Cache-Control: max-age=60\r\nVary: *\r\n";
        } else if (path.contains("/vary")) {
            headers = "Cache-Control: max-age=60\r\nVary: X-Lang\r\n";
        } else if (path.contains("/nothing")) {
            headers = "";
        } else if (path.contains("/creates")) {
            headers = "Location: /http/created\r\nContent-Location: http://elsewhere.example/http/foreign\r\n";
        } else if (path.contains("/short")) {
            headers = "Cache-Control: max-age=1\r\n";
        } else {
            headers = "Cache-Control: max-age=60\r\nETag: \"v1\"\r\n";
        }
        boolean unsure = path.contains("/unsure");
        if (unsure) {
            headers = "Cache-Control: no-cache\r\nETag: \"" + asked.header("x-lang") + "\"\r\n";
        }
        boolean validates = path.contains("validated") && asked.header("if-none-match") != null
                || unsure && headers.contains(" " + asked.header("if-none-match") + "\r");
        if (path.contains("validated")) {
            headers = "Cache-Control: max-age=1\r\nX-Validated: " + (validates ? 1 : 0) + "\r\nETag: \"v"
                    + (validates && path.contains("mis") ? 2 : 1) + "\"\r\n";
        }
        if (path.contains("/failing-for-a-while")) {
            headers = "Cache-Control: max-age=60\r\n";
        } else if (path.contains("/failing-slowly")) {
            headers = "Vary: X-Lang\r\n";
            LockSupport.parkNanos(300_000_000);
        } else if (path.contains("/failing")) {
            headers = "";
        }
        boolean fails = path.contains("/failing")
                || path.contains("failing=") && asked.method().equals("PUT");
        int status = fails ? 500 : validates ? 304 : 200;
        String body = "answer " + ANSWERS.incrementAndGet() + ' ' + asked.header("x-lang");
        wire.reply(status, headers, status == 304 ? "" : body);
    }

    @BeforeAll
    static void start() {
        Postgres.execute("CREATE TABLE cached (id int PRIMARY KEY, name text NOT NULL);"
                + "INSERT INTO cached SELECT n, 'name ' || n FROM generate_series(1, 100) n;"
                + "CREATE SEQUENCE loads; CREATE SEQUENCE loads_once; CREATE SEQUENCE loads_killed;"
                + "CREATE SEQUENCE asked_bad");
        String yaml = """
                clients: [header:X-Client, address]
                trusted-proxies: [127.0.0.1]
                cache: { show-keys-to: [192.0.2.1] }
                routes:
                  row:
                    path: /rows/{id}
                    cache: { ttl: 60s, negative-ttl: 60s }
                    postgres: { sql: "SELECT id, name, nextval('loads') AS n FROM cached WHERE id = :id", returns: row, read-only: false }
                  bad:
                    path: /bad/{id}
                    cache: { ttl: 60s }
                    postgres: { sql: "SELECT :id::int AS id, nextval('asked_bad') AS n", returns: row, read-only: false }
                  fragile-row:
                    path: /fragile-rows/{id}
                    cache: { ttl: 1s, stale-if-error: 10m }
                    postgres: { sql: "SELECT id, name FROM cached WHERE id = :id", returns: row, timeout: 2s }
                  refreshed:
                    path: /refreshed/{id}
                    cache: { ttl: 60s, refresh-after: 1s }
                    postgres: { sql: "SELECT id, nextval('loads') AS n FROM cached WHERE id = :id", returns: row, read-only: false }
                  once:
                    path: /once/{id}
                    cache: { ttl: 60s }
                    postgres:
                      sql: "SELECT id, nextval('loads_once') AS n FROM cached, pg_sleep(0.3) WHERE id = :id"
                      returns: row
                      read-only: false
                  killed:
                    path: /killed/{id}
                    cache: { ttl: 60s }
                    postgres:
                      sql: "SELECT id, nextval('loads_killed') AS n FROM cached, pg_sleep(1) WHERE id = :id"
                      returns: row
                      read-only: false
                  http: { path: /http/**, cache: {}, http: { url: "%s" } }
                  exposed: { path: /exposed/**, cache: { expose-tags: true }, http: { url: "%1$s" } }
                  keyed: { path: /keyed/**, cache: { vary: [X-Tenant] }, http: { url: "%1$s" } }
                  few: { path: /few/**, cache: { forward: [X-Lang] }, http: { url: "%1$s" } }
                  deaf: { path: /deaf/**, cache: { client-directives: false }, http: { url: "%1$s" } }
                  ttl:  { path: /ttl/**, cache: { ttl: 60s }, http: { url: "%1$s" } }
                  fragile: { path: /fragile/**, cache: { stale-if-error: 10m }, http: { url: "%s" } }
                """.formatted(UPSTREAM.url(), FRAGILE.url());
        fleet = SluiceProcess.start(
                3, SluiceProcess.setup(yaml).redis(REDIS.url()).postgres(Postgres.url(RELAY.port())));
        // until every instance hears the others' stores
        await().atMost(SOON)
                .untilAsserted(() -> fleet.forEach(one -> assertTrue(
                        one.management("/q/health/ready").body().contains("\"redis\": \"up\""),
                        one.management("/q/health/ready").body())));
        // a cold JVM on a busy machine may take longer than the shared cache is waited for
        await().atMost(SOON).untilAsserted(() -> {
            for (int i = 0; i < 3; i++) {
                assertHit(get(i, "/rows/100"));
                assertHit(get(i, "/rows/4712"));
                assertHit(get(i, "/http/warm"));
            }
        });
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
        RELAY.close();
        UPSTREAM.close();
        FRAGILE.close();
    }

    private static Raw.Reply ask(int instance, String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: shop\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        try (Raw raw = new Raw(fleet.get(instance).port)) {
            raw.send(request.append("\r\n").toString());
            return method.equals("HEAD") ? raw.head() : raw.read();
        }
    }

    private static Raw.Reply get(int instance, String path, String... headers) {
        return ask(instance, "GET", path, headers);
    }

    /** Until the first instance has nothing fresh of it; the origin is not asked for that. */
    private static void awaitStale(String path) {
        await().atMost(SOON)
                .until(() -> get(0, path, "Cache-Control: only-if-cached").status() == 504);
    }

    private static String status(Raw.Reply reply) {
        return String.valueOf(reply.header("cache-status"));
    }

    private static void assertHit(Raw.Reply reply) {
        Matcher hit = Pattern.compile("sluice; hit; ttl=(\\d+)").matcher(status(reply));
        assertTrue(hit.matches(), status(reply));
        long ttl = Long.parseLong(hit.group(1));
        assertTrue(ttl > 0 && ttl <= 60, "ttl=" + ttl);
        long age = Long.parseLong(String.valueOf(reply.header("age")));
        assertTrue(age >= 0 && age < 60, "Age: " + age);
    }

    @Test
    @Order(1)
    void a_row_is_stored_by_its_first_request_and_hit_by_the_next() {
        Raw.Reply miss = get(0, "/rows/1");
        assertEquals(200, miss.status(), miss.body());
        assertEquals("application/json", miss.header("content-type"));
        assertEquals("sluice; fwd=miss; stored", status(miss));
        assertEquals("name 1", new JsonObject(miss.body()).getString("name"));
        Raw.Reply hit = get(0, "/rows/1");
        assertHit(hit);
        assertEquals(miss.body(), hit.body());
        assertEquals(miss.header("etag"), hit.header("etag"));
    }

    @Test
    @Order(1)
    void a_rows_etag_is_strong_and_validates() {
        Raw.Reply whole = get(0, "/rows/2");
        String etag = String.valueOf(whole.header("etag"));
        assertTrue(etag.matches("\"[^\"]+\""), etag);
        for (String field : new String[] {etag, "\"other\", " + etag, "W/" + etag, "*"}) {
            Raw.Reply same = get(0, "/rows/2", "If-None-Match: " + field);
            assertEquals(304, same.status(), field);
            assertEquals(etag, same.header("etag"));
            assertNull(same.header("content-type"));
        }
        assertEquals(200, get(0, "/rows/2", "If-None-Match: \"other\"").status());
        assertNotEquals(etag, get(0, "/rows/3").header("etag"));
    }

    @Test
    @Order(1)
    void head_is_answered_from_the_entry_of_get_without_a_body() {
        Raw.Reply whole = get(0, "/rows/4");
        Raw.Reply head = ask(0, "HEAD", "/rows/4");
        assertEquals(200, head.status());
        assertHit(head);
        assertEquals(whole.header("etag"), head.header("etag"));
        assertEquals(String.valueOf(whole.body().length()), head.header("content-length"));
    }

    @Test
    @Order(1)
    void no_row_is_a_404_problem_that_is_remembered() {
        Raw.Reply first = get(0, "/rows/4711");
        assertEquals(404, first.status());
        assertEquals("application/problem+json", first.header("content-type"));
        Postgres.execute("INSERT INTO cached VALUES (4711, 'late')");
        Raw.Reply second = get(0, "/rows/4711");
        assertEquals(404, second.status());
        assertHit(second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.5", "99999999999999", "%27", "1;2", "0x1"})
    @Order(1)
    void a_value_not_of_its_type_is_a_400_that_names_the_parameter_and_never_reaches_postgres(String value) {
        long before = Postgres.number("SELECT last_value + is_called::int FROM asked_bad");
        Raw.Reply reply = get(0, "/bad/" + value);
        assertEquals(400, reply.status(), reply.body());
        assertEquals("application/problem+json", reply.header("content-type"));
        assertTrue(reply.body().contains("'id'"), reply.body());
        assertEquals(before, Postgres.number("SELECT last_value + is_called::int FROM asked_bad"));
    }

    @Test
    @Order(1)
    void what_one_instance_stored_the_others_hit() {
        Raw.Reply stored = get(0, "/rows/5");
        assertEquals("sluice; fwd=miss; stored", status(stored));
        for (int i = 1; i < 3; i++) {
            Raw.Reply shared = get(i, "/rows/5");
            assertHit(shared);
            assertEquals(stored.body(), shared.body());
        }
        assertEquals("sluice; fwd=miss; stored", status(get(1, "/http/shared")));
        assertHit(get(2, "/http/shared"));
        assertEquals(1, UPSTREAM.asked("/http/shared").size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/http/max-age",
                "/http/s-maxage",
                "/http/public",
                "/http/targeted",
                "/http/modified",
                "/ttl/nothing"
            })
    @Order(1)
    void an_answer_that_may_be_stored_is(String path) {
        Raw.Reply miss = get(0, path);
        assertEquals("sluice; fwd=miss; stored", status(miss));
        Raw.Reply hit = get(0, path);
        assertHit(hit);
        assertEquals(miss.body(), hit.body());
        assertEquals(1, UPSTREAM.asked(path).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/http/no-store",
                "/http/no-cache",
                "/http/private",
                "/http/vary-all",
                "/http/nothing",
                "/http/many-tags",
                "/ttl/no-store",
                "/ttl/private",
                "/http/failing"
            })
    @Order(1)
    void an_answer_that_may_not_be_reused_is_not(String path) {
        Raw.Reply first = get(0, path);
        Raw.Reply second = get(0, path);
        assertNotEquals(first.body(), second.body(), status(second));
        assertTrue(status(second).startsWith("sluice; fwd="), status(second));
        assertEquals(2, UPSTREAM.asked(path).size());
    }

    @Test
    @Order(1)
    void an_answer_that_sets_a_cookie_is_given_to_nobody_else() {
        Raw.Reply first = get(0, "/http/cookie");
        assertEquals("a=b", first.header("set-cookie"));
        assertNotEquals(first.body(), get(0, "/http/cookie").body());
    }

    @Test
    @Order(1)
    void a_field_that_is_private_by_name_goes_to_the_one_whose_load_it_was() {
        Raw.Reply first = get(0, "/http/own-cookie");
        assertEquals("sluice; fwd=miss; stored", status(first));
        assertEquals("a=b", first.header("set-cookie"));
        for (int i = 0; i < 3; i++) {
            Raw.Reply other = get(i, "/http/own-cookie");
            assertHit(other);
            assertEquals(first.body(), other.body());
            assertNull(other.header("set-cookie"));
            assertEquals(first.header("cache-control"), other.header("cache-control"));
        }
    }

    /** How many stored values hold a text: a tag is in its entry as it is. */
    private static String entriesWith(String text) {
        return REDIS.ask("EVAL \"local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do"
                + " local v = redis.pcall('GET', k)"
                + " if type(v) == 'string' and string.find(v, '" + text + "', 1, true) then n = n + 1 end end"
                + " return n\" 0");
    }

    @Test
    @Order(1)
    void what_an_origin_calls_its_answers_is_kept_with_them_and_shown_to_nobody() {
        assertEquals("sluice; fwd=miss; stored", status(get(0, "/http/tagged")));
        assertEquals(":1\r\n", entriesWith("key-of-http-tagged"));
        assertEquals(":1\r\n", entriesWith("tag-of-http-tagged"));
        List<Raw.Reply> replies = List.of(
                get(0, "/http/tagged"), // near
                get(1, "/http/tagged"), // shared
                get(0, "/http/tagged?other"), // loaded
                get(0, "/http/tagged", "Range: bytes=0-1"),
                ask(0, "POST", "/http/tagged", "Content-Length: 0"),
                get(0, "/http/many-tags?1"),
                get(0, "/http/many-tags?1"));
        for (Raw.Reply reply : replies) {
            assertNull(reply.header("surrogate-key"), reply.toString());
            assertNull(reply.header("cache-tag"), reply.toString());
        }
        assertEquals("\"a-group\"", replies.get(0).header("cache-groups"));
    }

    @Test
    @Order(1)
    void a_route_may_show_the_tags_of_its_origin() {
        for (String expected : List.of("fwd=miss; stored", "hit")) {
            Raw.Reply reply = get(0, "/exposed/tagged");
            assertTrue(status(reply).contains(expected), status(reply));
            assertEquals("key-of-exposed-tagged two", reply.header("surrogate-key"));
            assertEquals("tag-of-exposed-tagged", reply.header("cache-tag"));
        }
    }

    @Test
    @Order(1)
    void an_answer_to_an_authorized_request_is_kept_only_where_it_says_so() {
        String header = "Authorization: Bearer t";
        Raw.Reply own = get(0, "/http/authorized", header);
        assertNotEquals(own.body(), get(0, "/http/authorized", header).body());
        assertNotEquals(own.body(), get(0, "/http/authorized").body());
        for (String path : new String[] {"/http/public/authorized", "/http/s-maxage/authorized"}) {
            Raw.Reply stored = get(0, path, header);
            assertHit(get(0, path, header));
            assertEquals(stored.body(), get(0, path).body());
        }
    }

    @Test
    @Order(1)
    void variants_are_kept_apart_by_what_vary_names() {
        Raw.Reply german = get(0, "/http/vary", "X-Lang: de");
        Raw.Reply english = get(0, "/http/vary", "X-Lang: en");
        assertNotEquals(german.body(), english.body());
        assertEquals(german.body(), get(0, "/http/vary", "X-Lang: de").body());
        assertEquals(english.body(), get(0, "/http/vary", "X-Lang: en").body());
        assertEquals(german.body(), get(1, "/http/vary", "X-Lang: de").body());
        assertTrue(get(0, "/http/vary").body().endsWith("null"), "a variant without the header is another one");
    }

    @Test
    @Order(1)
    void an_origins_etag_validates() {
        assertEquals("\"v1\"", get(0, "/http/etag").header("etag"));
        Raw.Reply same = get(0, "/http/etag", "If-None-Match: \"v1\"");
        assertEquals(304, same.status());
        assertEquals(1, UPSTREAM.asked("/http/etag").size());
    }

    @Test
    @Order(1)
    void queries_are_keys_and_post_is_not_cached() {
        assertNotEquals(get(0, "/http/q?a=1").body(), get(0, "/http/q?a=2").body());
        Raw.Reply first = ask(0, "POST", "/http/post", "Content-Length: 0");
        assertNotEquals(
                first.body(), ask(0, "POST", "/http/post", "Content-Length: 0").body());
    }

    /** RFC 9111 §4.4. */
    @Test
    @Order(1)
    void a_write_voids_what_is_stored_of_its_target_and_of_those_that_it_names_everywhere() {
        String created = get(1, "/http/created").body();
        String foreign = get(1, "/http/foreign").body();
        ask(0, "POST", "/http/creates", "Content-Length: 0");
        for (int instance = 0; instance < 3; instance++) {
            assertNotEquals(created, get(instance, "/http/created").body(), "instance " + instance);
            assertEquals(foreign, get(instance, "/http/foreign").body(), "another origin's");
        }
        String own = get(1, "/http/written").body();
        ask(0, "DELETE", "/http/written?other", "Content-Length: 0");
        assertEquals(own, get(2, "/http/written").body());
        ask(0, "DELETE", "/http/written", "Content-Length: 0");
        for (int instance = 0; instance < 3; instance++) {
            assertNotEquals(own, get(instance, "/http/written").body(), "instance " + instance);
        }
    }

    /** RFC 9111 §4.4: not on errors. */
    @Test
    @Order(1)
    void neither_a_write_that_fails_nor_a_safe_request_voids_anything() {
        String kept = get(0, "/http/kept").body();
        ask(0, "OPTIONS", "/http/kept", "Content-Length: 0");
        assertEquals(kept, get(0, "/http/kept").body());
        String failing = get(0, "/http/kept-when-failing=1").body();
        assertEquals(
                500,
                ask(0, "PUT", "/http/kept-when-failing=1", "Content-Length: 0").status());
        assertEquals(failing, get(0, "/http/kept-when-failing=1").body());
    }

    /** RFC 9111 §4.3. */
    @Test
    @Order(1)
    void a_stale_answer_is_validated_and_its_headers_are_those_of_the_304() {
        String path = "/http/validated";
        Raw.Reply first = get(0, path);
        assertEquals("0", first.header("X-Validated"));
        awaitStale(path);
        Raw.Reply second = get(1, path);
        assertEquals(first.body(), second.body());
        assertEquals("1", second.header("X-Validated"));
        assertEquals("sluice; fwd=stale; stored; fwd-status=304", status(second));
        assertEquals(second.body(), get(2, path).body(), "it is fresh again for all");
        List<Upstream.Asked> asked = UPSTREAM.asked(path);
        assertEquals(2, asked.size());
        assertEquals("\"v1\"", asked.get(1).header("if-none-match"));
        assertNull(asked.get(0).header("if-none-match"));
    }

    /** RFC 9111 §4.3.4. */
    @Test
    @Order(1)
    void a_304_about_another_answer_than_the_stored_one_is_not_believed() {
        String path = "/http/misvalidated";
        String first = get(0, path).body();
        awaitStale(path);
        assertNotEquals(first, get(0, path).body());
        assertEquals(3, UPSTREAM.asked(path).size(), "asked anew without a condition");
    }

    /** RFC 9111 §5.2.2.4: a cookie's page without {@code private} must not go to whoever happened to wait for it. */
    @Test
    @Order(1)
    void what_may_not_be_used_unvalidated_is_asked_about_by_each_request_with_its_own_headers() {
        String path = "/http/unsure";
        String first = get(0, path, "X-Lang: mine").body();
        Raw.Reply again = get(0, path, "X-Lang: mine");
        assertEquals(first, again.body());
        assertEquals("sluice; fwd=stale; stored; fwd-status=304", status(again));
        assertEquals("0", again.header("age"));
        assertEquals(first, get(1, path, "X-Lang: mine").body(), "what another instance stored");
        Raw.Reply other = get(0, path, "X-Lang: yours");
        assertNotEquals(first, other.body());
        assertEquals("sluice; fwd=stale; stored", status(other));
        List<Upstream.Asked> asked = UPSTREAM.asked(path);
        assertEquals(4, asked.size());
        assertEquals("\"mine\"", asked.get(3).header("if-none-match"));
        assertEquals(
                304, get(0, path, "X-Lang: yours", "If-None-Match: \"yours\"").status());
    }

    /** RFC 9111 §5.2.1.2. */
    @Test
    @Order(1)
    void a_client_that_takes_it_stale_gets_it_unless_it_has_to_be_validated() {
        String path = "/http/validated-later";
        String kept = get(0, path).body();
        get(0, "/http/unsure-later", "X-Lang: mine");
        awaitStale(path);
        Raw.Reply stale = get(0, path, "Cache-Control: max-stale=60");
        assertEquals(kept, stale.body());
        assertTrue(status(stale).startsWith("sluice; hit; ttl=-"), status(stale));
        assertEquals(
                kept, get(1, path, "Cache-Control: max-stale, only-if-cached").body());
        assertEquals(1, UPSTREAM.asked(path).size());
        get(0, path, "Cache-Control: max-stale=0");
        assertEquals(2, UPSTREAM.asked(path).size());
        get(0, "/http/unsure-later", "X-Lang: mine", "Cache-Control: max-stale=60");
        assertEquals(2, UPSTREAM.asked("/http/unsure-later").size());
    }

    @Test
    @Order(1)
    void a_route_may_keep_clients_from_the_origin() {
        String kept = get(0, "/deaf/a").body();
        for (String control : List.of("no-cache", "no-store", "max-age=0", "only-if-cached")) {
            assertEquals(kept, get(0, "/deaf/a", "Cache-Control: " + control).body(), control);
        }
        assertEquals(1, UPSTREAM.asked("/deaf/a").size());
    }

    /** What a client sends beside the key must not shape what others get. */
    @Test
    @Order(1)
    void what_tells_of_another_target_does_not_reach_the_origin_of_a_load() {
        get(0, "/http/poison", "X-Original-URL: /http/other", "X-Forwarded-Prefix: //evil", "X-Lang: de");
        Upstream.Asked asked = UPSTREAM.asked("/http/poison").get(0);
        assertNull(asked.header("x-original-url"));
        assertNull(asked.header("x-forwarded-prefix"));
        assertEquals("de", asked.header("x-lang"));
        get(0, "/few/poison", "X-Lang: de", "Cookie: a=b", "X-Any: thing");
        Upstream.Asked few = UPSTREAM.asked("/few/poison").get(0);
        assertNull(few.header("cookie"));
        assertNull(few.header("x-any"));
        assertEquals("de", few.header("x-lang"));
    }

    /** RFC 9110 §7.6.1: what Connection names ends here. */
    @Test
    @Order(1)
    void what_a_client_keeps_from_the_origin_selects_no_variant_that_others_get() {
        Raw.Reply poison = get(0, "/http/vary/named", "X-Lang: de", "Connection: keep-alive, X-Lang");
        assertEquals("sluice; fwd=bypass", status(poison));
        assertNull(UPSTREAM.asked("/http/vary/named").get(0).header("x-lang"));
        String honest = get(0, "/http/vary/named", "X-Lang: de").body();
        assertTrue(honest.endsWith("de"), honest);
    }

    /** Spellings of one host are one key, and the origin must not be able to answer them differently. */
    @Test
    @Order(1)
    void the_origin_of_a_load_is_told_the_host_as_the_key_has_it() {
        try (Raw raw = new Raw(fleet.get(0).port)) {
            raw.send("GET /http/spelled HTTP/1.1\r\nHost: SHOP:80\r\n\r\n");
            assertEquals(200, raw.read().status());
        }
        assertEquals("shop", UPSTREAM.asked("/http/spelled").get(0).header("x-forwarded-host"));
        assertHit(get(0, "/http/spelled"));
        get(0, "/http/spelled-tls", "X-Forwarded-Proto: https", "X-Forwarded-Host: SHOP.example:443");
        assertEquals("shop.example", UPSTREAM.asked("/http/spelled-tls").get(0).header("x-forwarded-host"));
        assertHit(get(0, "/http/spelled-tls", "X-Forwarded-Proto: https", "X-Forwarded-Host: shop.example"));
    }

    /** A failure that the origin selected by a header is not for those who sent another. */
    @Test
    @Order(1)
    void a_failure_is_shared_by_those_that_agree_in_what_it_varies_by() throws Exception {
        String path = "/http/failing-slowly";
        List<CompletableFuture<Raw.Reply>> asked = List.of(
                CompletableFuture.supplyAsync(() -> get(0, path, "X-Lang: alice")),
                CompletableFuture.supplyAsync(() -> get(0, path, "X-Lang: bob")),
                CompletableFuture.supplyAsync(() -> get(0, path, "X-Lang: alice")));
        for (int i = 0; i < 3; i++) {
            String body = asked.get(i).get(20, TimeUnit.SECONDS).body();
            assertTrue(body.endsWith(i == 1 ? "bob" : "alice"), body);
        }
    }

    @Test
    @Order(1)
    void what_a_route_says_its_answers_vary_by_is_as_if_they_said_it() {
        String one = get(0, "/keyed/a", "X-Tenant: one").body();
        String two = get(0, "/keyed/a", "X-Tenant: two").body();
        assertNotEquals(one, two);
        assertNotEquals(one, get(0, "/keyed/a").body());
        assertEquals(one, get(1, "/keyed/a", "X-Tenant: one").body());
        assertEquals(two, get(1, "/keyed/a", "X-Tenant: two").body());
        assertEquals(3, UPSTREAM.asked("/keyed/a").size());
        ask(0, "PUT", "/keyed/a", "X-Tenant: three", "Content-Length: 0");
        assertNotEquals(one, get(1, "/keyed/a", "X-Tenant: one").body(), "a write voids all of them");
    }

    /** RFC 9111 §3: any final status. */
    @Test
    @Order(1)
    void a_failure_is_stored_if_the_origin_says_for_how_long() {
        String kept = get(0, "/http/failing-for-a-while").body();
        Raw.Reply again = get(1, "/http/failing-for-a-while");
        assertEquals(500, again.status());
        assertEquals(kept, again.body());
        assertNotEquals(
                get(0, "/http/failing-again").body(),
                get(0, "/http/failing-again").body());
    }

    /** RFC 9111 §4.3.2. */
    @Test
    @Order(1)
    void without_last_modified_the_date_tells_whether_it_was_modified() {
        Raw.Reply first = get(0, "/http/public/dated");
        String date = String.valueOf(first.header("date"));
        assertEquals(
                304, get(0, "/http/public/dated", "If-Modified-Since: " + date).status());
        assertEquals(
                200,
                get(0, "/http/public/dated", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT")
                        .status());
    }

    /** RFC 9110 §13: what the cache cannot decide the origin does, and says so in a few bytes. */
    @Test
    @Order(1)
    void a_condition_on_what_cannot_be_stored_reaches_the_origin() {
        get(0, "/http/no-store/conditional");
        get(0, "/http/no-store/conditional", "If-None-Match: \"a\"");
        get(0, "/http/conditional", "Authorization: Bearer x", "If-None-Match: \"b\"");
        assertEquals(
                "\"a\"", UPSTREAM.asked("/http/no-store/conditional").get(1).header("if-none-match"));
        assertEquals("\"b\"", UPSTREAM.asked("/http/conditional").get(0).header("if-none-match"));
    }

    /** RFC 9211 §2.7. */
    @Test
    @Order(1)
    void who_may_ask_for_the_key_is_told_it() {
        String path = "/http/shown?q=%22";
        String first = status(get(0, path, "Sluice-Debug: key", "X-Forwarded-For: 192.0.2.1"));
        assertTrue(first.matches("sluice; fwd=miss; stored; key=\"http [^ ]+ http shop /http/shown\\?q=%22\""), first);
        String hit = status(get(0, path, "Sluice-Debug: key", "X-Forwarded-For: 192.0.2.1"));
        assertTrue(hit.contains("; key=\"http "), hit);
        assertFalse(status(get(0, path, "Sluice-Debug: key", "X-Forwarded-For: 192.0.2.2"))
                .contains("key="));
        assertFalse(status(get(0, path, "X-Forwarded-For: 192.0.2.1")).contains("key="));
    }

    /** RFC 9211 §2.8. */
    @Test
    @Order(1)
    void why_an_answer_is_not_stored_is_said() {
        for (String reason : List.of("no-store", "private", "no-cache", "set-cookie", "vary")) {
            String name = reason.equals("set-cookie") ? "cookie" : reason.equals("vary") ? "vary-all" : reason;
            assertEquals("sluice; fwd=miss; detail=\"" + reason + '"', status(get(0, "/http/" + name + "/why")));
        }
    }

    /** RFC 9111 §5.2.1. */
    @Test
    @Order(1)
    void what_a_request_asks_of_the_cache_is_done() {
        String path = "/http/directed";
        assertEquals(504, get(0, path, "Cache-Control: only-if-cached").status(), "nothing is there");
        String kept = get(0, path).body();
        assertEquals(kept, get(1, path, "Cache-Control: only-if-cached").body(), "what another instance stored");
        Raw.Reply past = get(0, path, "Cache-Control: no-store");
        assertNotEquals(kept, past.body());
        assertEquals("sluice; fwd=request", status(past));
        assertEquals(kept, get(0, path).body(), "others are not touched by that");
        Raw.Reply reloaded = get(0, path, "Cache-Control: no-cache");
        assertNotEquals(kept, reloaded.body());
        assertEquals("sluice; fwd=request; stored", status(reloaded));
        assertEquals("\"v1\"", UPSTREAM.asked(path).get(2).header("if-none-match"));
        kept = reloaded.body();
        assertEquals(kept, get(0, path).body(), "it is newer than what was there");
        assertEquals(
                504, get(0, path, "Cache-Control: no-cache, only-if-cached").status());
        String longer = get(0, path, "Cache-Control: min-fresh=3600").body();
        assertNotEquals(kept, longer);
        kept = longer;
        assertEquals(
                504,
                get(0, path, "Cache-Control: min-fresh=3600, only-if-cached").status());
        assertEquals(
                kept, get(0, path, "Cache-Control: min-fresh=10, max-age=30").body());
        await().atMost(SOON).until(() -> age(get(0, path, "Cache-Control: only-if-cached")) >= 1);
        assertEquals(kept, get(0, path, "Cache-Control: max-stale=5").body());
        assertNotEquals(kept, get(0, path, "Cache-Control: max-age=0").body());
    }

    private static long age(Raw.Reply reply) {
        return Long.parseLong(String.valueOf(reply.header("age")));
    }

    private static long number(Raw.Reply reply) {
        return new JsonObject(reply.body()).getLong("n");
    }

    @Test
    @Order(1)
    void refresh_after_renews_in_the_background_and_nobody_waits() {
        long first = number(get(0, "/refreshed/6"));
        await().pollInterval(Duration.ofMillis(100)).atMost(SOON).until(() -> {
            Raw.Reply reply = get(0, "/refreshed/6");
            assertTrue(status(reply).startsWith("sluice; hit; ttl="), status(reply));
            return number(reply) > first;
        });
    }

    @Test
    @Order(1)
    void a_stale_answer_stands_in_for_an_http_origin_that_is_down() {
        Raw.Reply fresh = get(0, "/fragile/short");
        assertEquals("sluice; fwd=miss; stored", status(fresh));
        FRAGILE.close();
        try {
            // Stale up to a tenth of its second early (jitter), so it is asked until it is a second old.
            Raw.Reply stale = await().atMost(SOON)
                    .until(
                            () -> get(0, "/fragile/short"),
                            reply -> status(reply).startsWith("sluice; fwd=stale") && age(reply) >= 1);
            assertEquals(200, stale.status());
            assertEquals(fresh.body(), stale.body());
            Raw.Reply nothing = get(0, "/fragile/never-seen");
            assertEquals(503, nothing.status());
            assertTrue(Long.parseLong(String.valueOf(nothing.header("retry-after"))) >= 1);
        } finally {
            FRAGILE.startAgain();
        }
        await().atMost(SOON).until(() -> !get(0, "/fragile/short").body().equals(fresh.body()));
    }

    @Test
    @Order(1)
    void a_stale_row_stands_in_for_a_postgres_that_is_down() {
        Raw.Reply fresh = get(0, "/fragile-rows/7");
        assertEquals("sluice; fwd=miss; stored", status(fresh));
        RELAY.close();
        try {
            await().atMost(SOON).until(() -> status(get(0, "/fragile-rows/7")).startsWith("sluice; fwd=stale"));
            assertEquals(fresh.body(), get(0, "/fragile-rows/7").body());
            Raw.Reply nothing = get(0, "/fragile-rows/8");
            assertEquals(503, nothing.status(), nothing.body());
            assertTrue(Long.parseLong(String.valueOf(nothing.header("retry-after"))) >= 1);
        } finally {
            RELAY.open();
        }
        await().atMost(SOON).until(() -> status(get(0, "/fragile-rows/7")).startsWith("sluice; hit"));
        await().atMost(SOON).until(() -> get(0, "/fragile-rows/8").status() == 200);
    }

    private static void assertSame(Load.Report report, int count) {
        assertEquals(List.of(), report.failures());
        assertEquals(count, report.count(200), () -> new HashSet<>(report.bodies()).toString());
        assertEquals(1, new HashSet<>(report.bodies()).size(), () -> new HashSet<>(report.bodies()).toString());
    }

    @Test
    @Order(2)
    void three_hundred_requests_for_one_cold_key_over_three_instances_are_one_load() {
        assertSame(Load.run(fleet, Load.get("/once/9", "c"), 300, 1), 300);
        assertEquals(1, Postgres.number("SELECT last_value FROM loads_once"));
    }

    private static boolean isLoading() {
        return Postgres.number("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                        + " AND query LIKE '%loads_killed%' AND pid <> pg_backend_pid()")
                == 1;
    }

    @Test
    @Order(3)
    void the_load_of_a_killed_instance_is_taken_over_within_its_lease_and_no_request_fails() {
        SluiceProcess loader = fleet.get(2);
        @Nullable Load orphans = null;
        try (Load first = Load.begun(List.of(loader), Load.get("/killed/10", "c"), 1)) {
            await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(CacheIT::isLoading);
            orphans = Load.begun(fleet.subList(0, 2), Load.get("/killed/10", "c"), 200);
            loader.kill();
            Load.Report report = orphans.await();
            assertSame(report, 200);
            assertTrue(first.await().statuses().isEmpty(), "the killed instance answered");
            // 2 s of lease, 1 s of load, and a busy machine
            assertTrue(report.slowestMillis() < 5_000, "slowest " + report.slowestMillis() + " ms");
            assertEquals(2, Postgres.number("SELECT last_value FROM loads_killed"));
        } finally {
            if (orphans != null) {
                orphans.close();
            }
        }
    }
}
