package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused on the wire, what is taken, and that no spelling gets past a limit. */
class WireIT {
    private static final Upstream UPSTREAM = new Upstream(WireIT::answer);
    private static final CountDownLatch RELEASED = new CountDownLatch(1);
    private static SluiceProcess sluice;

    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws java.io.IOException {
        if (asked.target().startsWith("/held")) {
            hold();
            wire.reply(200, "", "at last");
        } else if (asked.target().equals("/bare")) {
            wire.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nX-Origin: it-was-me\r\n\r\n");
        } else if (asked.target().startsWith("/cached/of/")) {
            wire.reply(200, "Cache-Control: max-age=60\r\n", body(asked.target()));
        } else if (asked.target().startsWith("/status/")) {
            wire.write("HTTP/1.1 " + asked.target().substring(8) + " Odd\r\nContent-Length: 2\r\n\r\nhi");
        } else {
            wire.reply(200, "Cache-Control: max-age=60\r\n", "up " + asked.target());
        }
    }

    /** As long as the path says, and nowhere the same. */
    private static String body(String path) {
        int length = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
        return IntStream.range(0, length)
                .mapToObj(i -> String.valueOf((char) ('a' + (i + length) % 26)))
                .collect(Collectors.joining());
    }

    private static void hold() {
        try {
            RELEASED.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @BeforeAll
    static void start() {
        sluice = SluiceProcess.setup("""
                        clients: [header:X-Client, address]
                        limits:
                          three: { algorithm: sliding-window, quota: 3, window: 1h, key: [client] }
                        routes:
                          limited: { path: /limited/**, limits: [three], http: { url: "%1$s" } }
                          cached: { path: /cached/**, cache: {}, http: { url: "%1$s" } }
                          rest: { path: /**, http: { url: "%1$s" } }
                        """.formatted(UPSTREAM.url())).start();
    }

    @AfterAll
    static void end() {
        RELEASED.countDown();
        sluice.close();
        UPSTREAM.close();
    }

    /** Asserts that it is answered so, as a problem, the connection closed, and that the origin saw nothing of it. */
    private static Raw.Reply refused(int status, String request) {
        int before = UPSTREAM.asked().size();
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply reply = raw.send(request).read();
            assertEquals(status, reply.status(), request);
            assertEquals("application/problem+json", reply.header("content-type"), request);
            assertTrue(reply.body().contains("\"status\":" + status), reply.body());
            assertTrue(raw.isClosed(), "the connection stays open after " + request);
            assertEquals(before, UPSTREAM.asked().size(), "forwarded: " + request);
            return reply;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /open\r\nHost: a\r\n\r\n",
                "G@T /open HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET open HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /open HTTP/1.1 more\r\nHost: a\r\n\r\n",
                "GET /open HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "GET /open HTTP/1.1\r\nHost: a\r\nX-Spaced : 1\r\n\r\n",
                "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
                "POST /open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n",
            })
    void a_malformed_request_is_refused(String request) {
        refused(400, request);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/9.9", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTPS/1.1"})
    void an_unknown_http_version_is_refused(String version) {
        refused(400, "GET /open " + version + "\r\nHost: a\r\n\r\n");
    }

    @Test
    void two_hosts_are_refused() {
        refused(400, "GET /open HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
        refused(400, "GET /open HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
    }

    @Test
    void a_missing_host_is_refused() {
        refused(400, "GET /open HTTP/1.1\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "user@a", "a/b", "a,b c"})
    void a_host_that_is_none_is_refused(String host) {
        refused(400, "GET /open HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/../b",
                "/a/./b",
                "/..",
                "/.",
                "/a/..",
                "/a/%2e%2e/b",
                "/a/%2E./b",
                "/a/.%2e",
                "/a/%252e%252e/b",
                "/a/%25252e./b",
                "/a/..;x=1/b",
                "/a/..%2fb",
                "/a/..\\b",
                "/limited/../open"
            })
    void a_dot_segment_in_any_encoding_is_refused(String path) {
        refused(400, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%00b", "/a%01b", "/a%0d%0ab", "/a%7fb", "/a%1Fb", "/a%zzb", "/a%2"})
    void an_encoded_control_byte_or_a_broken_encoding_is_refused(String path) {
        refused(400, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 11, 13, 27, 31, 127})
    void a_control_byte_in_the_path_is_refused(int control) {
        refused(400, "GET /a" + (char) control + "b HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 13})
    void a_nul_or_a_bare_cr_in_a_header_is_refused(int control) {
        refused(400, "GET /open HTTP/1.1\r\nHost: a\r\nX-A: a" + (char) control + "b\r\n\r\n");
    }

    @Test
    void transfer_encoding_on_http_1_0_is_refused() {
        refused(400, "POST /open HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }

    @Test
    void a_header_over_its_limit_is_431() {
        refused(431, "GET /open HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(40_000) + "\r\n\r\n");
    }

    @Test
    void a_request_line_over_its_limit_is_414() {
        refused(414, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @Test
    void transfer_encoding_wins_over_content_length_which_is_never_forwarded() {
        Raw.Reply reply = Raw.once(
                sluice.port,
                "POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n0\r\n\r\n");
        assertEquals(200, reply.status());
        assertEquals("hello", UPSTREAM.latest().body());
        assertNull(UPSTREAM.latest().header("content-length"));
    }

    @Test
    void a_connection_that_brought_both_framings_is_closed_after_the_answer() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send("POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n0\r\n\r\n");
            raw.read();
            assertTrue(raw.isClosed(), "RFC 9112 section 6.1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a|b", "//a//b", "/a%2Fb", "/a%2fb", "/CaSe", "/%7euser", "/%7Euser", "/{id}", "/a^b", "/a\"b",
                "/a\\b", "/a;v=1", "/a`b", "/<a>", "/a:b@c", "/a/", "/%20", "/a?q=a|b&c={d}", "/a?q=%00", "/a?../..",
                "/?", "/a?x??y", "/%E2%82%AC", "/.well-known/x", "/...", "/a..b"
            })
    void every_other_target_is_forwarded_byte_for_byte(String target) {
        Raw.Reply reply = Raw.once(sluice.port, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertEquals(200, reply.status(), reply.body());
        assertEquals(target, UPSTREAM.latest().target());
    }

    @Test
    void no_spelling_of_a_path_escapes_its_limit() {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, limited("/limited/x", "spelling"));
        }
        for (String path : new String[] {
            "/limited/x",
            "//limited/x",
            "/limited//x",
            "/limited/y?z",
            "/%6cimited/x",
            "/%6Cimite%64/x",
            "/limited%2Fx",
            "/limited%2fx",
            "/%2flimited/x",
            "///limited///x",
            "/limited/",
            "http://other/limited/x"
        }) {
            assertEquals(429, limited(path, "spelling"), path);
        }
    }

    private static int limited(String target, String client) {
        return Raw.once(sluice.port, "GET " + target + " HTTP/1.1\r\nHost: a\r\nX-Client: " + client + "\r\n\r\n")
                .status();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/_sluice/nothing", "/%5fsluice/quota", "/%5Fsluice/x", "//_sluice/x", "/_sluice"})
    void the_services_own_paths_are_never_forwarded_however_spelled(String path) {
        int before = UPSTREAM.asked().size();
        assertEquals(
                404,
                Raw.once(sluice.port, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status());
        assertEquals(before, UPSTREAM.asked().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000", "99", "099", "000", "abc", "-20"})
    void an_origins_status_outside_100_to_999_is_502(String status) {
        Raw.Reply reply = Raw.once(sluice.port, "GET /status/" + status + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertEquals(502, reply.status());
        assertEquals("application/problem+json", reply.header("content-type"));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 299, 418, 599, 799, 999})
    void any_other_final_status_of_an_origin_passes(int status) {
        Raw.Reply reply = Raw.once(sluice.port, "GET /status/" + status + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertEquals(status, reply.status());
    }

    @Test
    void a_target_in_absolute_form_is_taken() {
        Raw.Reply reply =
                Raw.once(sluice.port, "GET http://shop.test/absolute?x=1 HTTP/1.1\r\nHost: shop.test\r\n\r\n");
        assertEquals(200, reply.status());
        assertEquals("/absolute?x=1", UPSTREAM.latest().target());
    }

    @Test
    void http_1_0_without_a_host_is_served() {
        assertEquals(200, Raw.once(sluice.port, "GET /old HTTP/1.0\r\n\r\n").status());
    }

    @Test
    void a_large_body_that_nobody_reads_does_not_keep_the_429_from_its_client() {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, limited("/limited/x", "bodies"));
        }
        int before = UPSTREAM.asked().size();
        long began = System.nanoTime();
        try (Raw raw = new Raw(sluice.port)) {
            raw.send("POST /limited/x HTTP/1.1\r\nHost: a\r\nX-Client: bodies\r\nContent-Length: 50000000\r\n\r\n");
            raw.send("x".repeat(100_000));
            assertEquals(429, raw.read().status());
            for (int i = 0; i < 500 && sends(raw); i++) {
                assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(8), "it hangs");
            }
        }
        assertEquals(before, UPSTREAM.asked().size());
    }

    private static boolean sends(Raw raw) {
        try {
            raw.send("x".repeat(100_000));
            return true;
        } catch (java.io.UncheckedIOException closed) {
            return false;
        }
    }

    @Test
    void a_small_body_behind_a_429_leaves_the_connection_usable() {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, limited("/limited/x", "small"));
        }
        try (Raw raw = new Raw(sluice.port)) {
            raw.send("POST /limited/x HTTP/1.1\r\nHost: a\r\nX-Client: small\r\nContent-Length: 5\r\n\r\nhello");
            assertEquals(429, raw.read().status());
            raw.send("GET /after HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("up /after", raw.read().body());
        }
    }

    @Test
    void a_client_that_expects_100_is_answered_429_without_it() {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, limited("/limited/x", "expects"));
        }
        Raw.Reply reply = Raw.once(
                sluice.port,
                "POST /limited/x HTTP/1.1\r\nHost: a\r\nX-Client: expects\r\nExpect: 100-continue\r\n"
                        + "Content-Length: 5000000\r\n\r\n");
        assertEquals(429, reply.status());
    }

    /** Small bodies leave in one buffer with their heads, larger ones behind them. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 1_024, 8_191, 8_192, 8_193, 20_000, 300_000})
    void a_body_of_any_length_is_whole_and_followed_by_the_next_answer(int length) {
        String get = "GET /cached/of/" + length + " HTTP/1.1\r\nHost: a\r\n\r\n";
        String head = "HEAD /cached/of/" + length + " HTTP/1.1\r\nHost: a\r\n\r\n";
        try (Raw raw = new Raw(sluice.port)) {
            assertEquals(body("/" + length), raw.send(get).read().body());
            raw.send(get + get + head + get);
            for (int i = 0; i < 2; i++) {
                Raw.Reply reply = raw.read();
                assertEquals(body("/" + length), reply.body());
                assertTrue(String.valueOf(reply.header("cache-status")).startsWith("sluice; hit"), reply.toString());
            }
            assertEquals(Integer.toString(length), raw.head().header("content-length"));
            assertEquals(body("/" + length), raw.read().body());
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send("GET /cached/one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /cached/one HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("up /cached/one", raw.read().body());
            assertEquals("up /two", raw.read().body());
            assertEquals("up /cached/one", raw.read().body());
        }
    }

    record Http2(
            int status,
            String body,
            @Nullable String limit,
            @Nullable String cache) {}

    private static Http2 http2(HttpClient client, HttpMethod method, String path, Buffer body) throws Exception {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(sluice.port)
                .setURI(path)
                .putHeader("X-Client", "http2");
        return client.request(options)
                .compose(request -> method.equals(HttpMethod.GET) ? request.send() : send(request, body))
                .compose(WireIT::whole)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static io.vertx.core.Future<HttpClientResponse> send(HttpClientRequest request, Buffer body) {
        return request.send(body);
    }

    private static io.vertx.core.Future<Http2> whole(HttpClientResponse response) {
        assertEquals(HttpVersion.HTTP_2, response.version());
        return response.body()
                .map(body -> new Http2(
                        response.statusCode(),
                        body.toString(),
                        response.getHeader("ratelimit"),
                        response.getHeader("cache-status")));
    }

    @Test
    void http_2_in_clear_text_is_limited_cached_and_forwarded() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            Buffer none = Buffer.buffer();
            assertEquals(200, http2(client, HttpMethod.GET, "/limited/h2", none).status());
            assertEquals(200, http2(client, HttpMethod.GET, "/limited/h2", none).status());
            Http2 third = http2(client, HttpMethod.POST, "/limited/h2", Buffer.buffer("x".repeat(200_000)));
            assertEquals(200, third.status());
            assertEquals(200_000, UPSTREAM.latest().length());
            assertNotNull(third.limit());
            assertEquals(
                    429,
                    http2(client, HttpMethod.POST, "/limited/h2", Buffer.buffer("x".repeat(200_000)))
                            .status());
            assertEquals(
                    "sluice; fwd=miss; stored",
                    http2(client, HttpMethod.GET, "/cached/h2", none).cache());
            Http2 hit = http2(client, HttpMethod.GET, "/cached/h2", none);
            assertTrue(String.valueOf(hit.cache()).startsWith("sluice; hit; ttl="), String.valueOf(hit.cache()));
            assertEquals("up /cached/h2", hit.body());
            assertEquals(400, http2(client, HttpMethod.GET, "/a/../b", none).status());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_client_that_offers_an_upgrade_to_http_2_is_served_over_it() throws Exception {
        java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_2)
                .build();
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(sluice.base() + "/cached/upgraded"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, response.statusCode());
            assertEquals(java.net.http.HttpClient.Version.HTTP_2, response.version());
            assertEquals("up /cached/upgraded", response.body());
        }
    }

    @Test
    void a_connection_that_runs_far_ahead_of_its_answers_is_closed() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n" + "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2_000));
            assertTrue(raw.isClosed(), "two thousand requests wait on one connection");
        }
    }

    @Test
    void a_few_dozen_pipelined_requests_are_all_answered() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send("GET /cached/p HTTP/1.1\r\nHost: a\r\n\r\n".repeat(50));
            for (int i = 0; i < 50; i++) {
                assertEquals(200, raw.read().status());
            }
        }
    }

    @Test
    void an_origins_own_bare_refusal_comes_through() {
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply reply = raw.send("GET /bare HTTP/1.1\r\nHost: a\r\n\r\n").read();
            assertEquals(400, reply.status());
            assertEquals("it-was-me", reply.header("x-origin"));
            assertEquals("", reply.body());
            assertEquals(
                    200,
                    raw.send("GET /open HTTP/1.1\r\nHost: a\r\n\r\n").read().status());
        }
    }
}
