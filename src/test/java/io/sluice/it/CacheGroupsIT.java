package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sluice.demo.EmbeddedRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two instances with one Redis: groups that an origin's answer to an unsafe request voids (RFC 9875 §3). */
class CacheGroupsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final AtomicInteger ANSWERS = new AtomicInteger();
    private static final Upstream UPSTREAM = new Upstream(CacheGroupsIT::answer);
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static List<SluiceProcess> fleet = List.of();

    /** Every answer is of the group "all"; a request says by headers what status it wants and which groups to void. */
    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException {
        String voids = asked.header("x-void");
        String status = asked.header("x-status");
        wire.reply(
                status == null ? 200 : Integer.parseInt(status),
                "Cache-Control: max-age=60\r\nCache-Groups: \"all\"\r\n"
                        + (voids == null ? "" : "Cache-Group-Invalidation: " + voids + "\r\n"),
                "answer " + ANSWERS.incrementAndGet());
    }

    @BeforeAll
    static void start() {
        String yaml = """
                trusted-proxies: [127.0.0.1]
                routes:
                  pages: { path: /pages/**, cache: {}, http: { url: "%1$s" } }
                  lists: { path: /lists/**, cache: {}, http: { url: "%1$s" } }
                  named: { path: /named/**, cache: { ttl: 60s, tags: [all] }, http: { url: "%1$s" } }
                  writes: { path: /writes/**, http: { url: "%1$s" } }
                """.formatted(UPSTREAM.url());
        fleet = SluiceProcess.start(2, SluiceProcess.setup(yaml).redis(REDIS.url()));
        await().atMost(SOON).until(() -> !near("shop", "/pages/warm").isEmpty());
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
        UPSTREAM.close();
    }

    private static Raw.Reply ask(int instance, String method, String host, String path, String... headers) {
        StringBuilder request =
                new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return Raw.once(fleet.get(instance).port, request.append("\r\n").toString());
    }

    /** Brings an entry near at both instances; its body, or nothing while the store misses its deadline. */
    private static String near(String host, String path, String... headers) {
        String body = ask(0, "GET", host, path, headers).body();
        for (int i = 0; i < 4; i++) {
            if (!ask(i % 2, "GET", host, path, headers).body().equals(body)) {
                return "";
            }
        }
        return body;
    }

    private static String stored(String host, String path, String... headers) {
        return await().atMost(SOON).until(() -> near(host, path, headers), body -> !body.isEmpty());
    }

    private static void assertKept(String body, String host, String path, String... headers) {
        for (int i = 0; i < 2; i++) {
            assertEquals(body, ask(i, "GET", host, path, headers).body(), "instance " + i);
        }
    }

    private static void assertVoid(String body, String host, String path, String... headers) {
        for (int i = 0; i < 2; i++) {
            assertNotEquals(body, ask(i, "GET", host, path, headers).body(), "instance " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"POST, /writes/1", "PUT, /pages/other", "DELETE, /lists/other", "PATCH, /writes/1"})
    void once_an_unsafe_request_is_answered_no_instance_serves_the_groups_it_voids(String method, String path) {
        for (int i = 0; i < 5; i++) {
            String page = stored("shop", "/pages/1");
            String list = stored("shop", "/lists/1");
            ask(0, method, "Shop:80", path, "X-Void: \"other\", \"all\";x=1");
            assertVoid(page, "shop", "/pages/1");
            assertVoid(list, "shop", "/lists/1");
        }
    }

    @Test
    void another_origins_groups_are_left_alone() {
        String[] proxy = {"X-Forwarded-Proto: https", "X-Forwarded-Host: shop"};
        String other = stored("other", "/pages/2");
        String port = stored("shop:8080", "/pages/2");
        String secure = stored("shop", "/pages/2", proxy);
        ask(0, "POST", "shop", "/writes/2", "X-Void: \"all\"");
        assertKept(other, "other", "/pages/2");
        assertKept(port, "shop:8080", "/pages/2");
        assertKept(secure, "shop", "/pages/2", proxy);
        ask(0, "POST", "inside", "/writes/2", "X-Void: \"all\"", proxy[0], proxy[1]);
        assertVoid(secure, "shop", "/pages/2", proxy);
        assertKept(other, "other", "/pages/2");
    }

    @Test
    void what_only_a_route_calls_by_that_name_is_no_group() {
        String plain = stored("elsewhere", "/named/3");
        ask(0, "POST", "shop", "/writes/3", "X-Void: \"all\"");
        assertKept(plain, "elsewhere", "/named/3");
    }

    @Test
    void groups_are_tags_for_whoever_may_purge() {
        String page = stored("shop", "/pages/4");
        assertEquals(
                200,
                fleet.get(0)
                        .manage("POST", "/admin/cache/purge", "{\"tags\":[\"all\"]}")
                        .statusCode());
        assertVoid(page, "shop", "/pages/4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "OPTIONS"})
    void an_answer_to_a_safe_request_voids_nothing(String method) {
        String page = stored("shop", "/pages/5");
        ask(0, method, "shop", "/writes/5", "X-Void: \"all\"");
        ask(0, method, "shop", "/pages/unseen-" + method, "X-Void: \"all\"");
        assertKept(page, "shop", "/pages/5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"400|\"all\"", "500|\"all\"", "200|all", "200|\"all\","})
    void an_error_or_a_field_that_is_no_list_of_strings_voids_nothing(String status, String groups) {
        String page = stored("shop", "/pages/6");
        ask(0, "POST", "shop", "/writes/6", "X-Status: " + status, "X-Void: " + groups);
        assertKept(page, "shop", "/pages/6");
    }
}
