package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers that come slowly, or are large, while they are stored: who gets what, when. */
class ArrivingIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String KEPT = "Cache-Control: max-age=60\r\n";
    private static final int MIB = 1 << 20;
    /** More than may be stored and the sockets' buffers hold. */
    private static final int LARGER = 64 * MIB;

    private static final Map<String, CountDownLatch> ENDS = new ConcurrentHashMap<>();
    private static final Upstream UPSTREAM = new Upstream(ArrivingIT::answer);
    private static SluiceProcess sluice;

    /** Begins, and goes on when the test lets it. The path says how it ends. */
    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException, InterruptedException {
        String path = asked.target();
        if (path.contains("/small")) {
            wire.reply(200, KEPT, "small");
        } else if (path.contains("/hinted")) {
            wire.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
            wire.reply(200, KEPT, "hinted");
        } else if (path.contains("/trailers")) {
            wire.write(
                    "HTTP/1.1 200 OK\r\n" + KEPT + "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");
            if (path.contains("/slow")) {
                assertTrue(end(path).await(20, TimeUnit.SECONDS));
            }
            wire.write("0\r\nX-Sum: 42\r\n\r\n");
        } else if (path.contains("/short")) {
            int length = path.contains("/large") ? MIB : 100;
            wire.write("HTTP/1.1 200 OK\r\n" + KEPT + "Content-Length: " + length + "\r\n\r\nhalf");
            throw new IOException("broken off");
        } else if (path.contains("/large")) {
            int length = path.contains("/over") ? LARGER : 8 * MIB;
            wire.write("HTTP/1.1 200 OK\r\n" + KEPT
                    + (path.contains("/counted")
                            ? "Content-Length: " + length + "\r\n\r\n"
                            : "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(length) + "\r\n"));
            wire.write("x".repeat(length));
            wire.write(path.contains("/counted") ? "" : "\r\n0\r\n\r\n");
            end(path).countDown();
        } else {
            wire.write("HTTP/1.1 200 OK\r\n" + KEPT
                    + "ETag: \"v1\"\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n");
            assertTrue(end(path).await(20, TimeUnit.SECONDS));
            if (path.contains("/broken")) {
                throw new IOException("broken off");
            }
            wire.write("5\r\nlast\n\r\n0\r\n\r\n");
        }
    }

    private static CountDownLatch end(String path) {
        return ENDS.computeIfAbsent(path, one -> new CountDownLatch(1));
    }

    private static String yaml() {
        return """
                limits:
                  one: { algorithm: concurrency, quota: 1, key: [route] }
                routes:
                  slot:
                    path: /slot/**
                    limits: [one]
                    cache: {}
                    http: { url: "%1$s" }
                  api:
                    path: /api/**
                    cache: { max-entry: 10MiB }
                    http: { url: "%1$s" }
                  brief:
                    path: /brief/**
                    cache: { max-entry: 10MiB }
                    http: { url: "%1$s", timeout: 500ms }
                  past: { path: /past/**, http: { url: "%1$s" } }
                """.formatted(UPSTREAM.url());
    }

    @BeforeAll
    static void start() {
        sluice = SluiceProcess.setup(yaml()).start();
    }

    @AfterAll
    static void stop() {
        sluice.close();
        UPSTREAM.close();
    }

    private static String get(String path, String... headers) {
        return request("GET", path, headers);
    }

    private static String request(String method, String path, String... headers) {
        String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return method + ' ' + path + " HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
    }

    private static Raw open(String request) {
        return new Raw(sluice.port).send(request);
    }

    private static Raw.Reply once(String request) {
        return Raw.once(sluice.port, request);
    }

    /** The first caller, with the head and the first line of the body that still comes. */
    private static Raw leader(String path) {
        Raw leader = open(get(path));
        Raw.Reply head = leader.head();
        assertEquals(200, head.status());
        assertEquals("sluice; fwd=miss", head.header("cache-status"));
        assertEquals("6", leader.line());
        assertEquals("first", leader.line());
        return leader;
    }

    private static void assertStored(String path, String body) {
        await().atMost(SOON).untilAsserted(() -> {
            Raw.Reply hit = once(get(path));
            assertTrue(String.valueOf(hit.header("cache-status")).startsWith("sluice; hit"), hit.head()::toString);
            assertEquals(body, hit.body());
        });
        assertEquals(1, UPSTREAM.asked(path).size());
    }

    @Test
    void the_first_caller_has_the_body_as_it_comes_and_the_others_have_it_whole_from_one_load() {
        String path = "/api/together";
        try (Raw leader = leader(path);
                Raw second = open(get(path))) {
            end(path).countDown();
            assertEquals("", leader.line());
            assertEquals("5", leader.line());
            assertEquals("last", leader.line());
            Raw.Reply waited = second.read();
            assertEquals("first\nlast\n", waited.body());
            assertStored(path, "first\nlast\n");
        }
    }

    @Test
    void a_client_that_leaves_does_not_stop_what_is_being_stored() {
        String path = "/api/left";
        leader(path).close();
        end(path).countDown();
        assertStored(path, "first\nlast\n");
    }

    @Test
    void a_small_answer_is_whole_and_says_that_it_is_stored() {
        Raw.Reply reply = once(get("/api/small"));
        assertEquals("sluice; fwd=miss; stored", reply.header("cache-status"));
        assertEquals("small", reply.body());
    }

    @Test
    void a_first_client_that_does_not_read_does_not_slow_the_origin_or_the_others() throws Exception {
        for (String path : new String[] {"/api/large/counted", "/api/large/chunked"}) {
            try (Raw lazy = open(get(path))) {
                assertTrue(end(path).await(20, TimeUnit.SECONDS), "the origin could not send all");
                assertStored(path, "x".repeat(8 * MIB));
                Raw.Reply all = lazy.read();
                assertEquals("sluice; fwd=miss", all.header("cache-status"));
                assertEquals(8 * MIB, all.body().length());
            }
        }
    }

    @Test
    void what_is_larger_than_may_be_stored_streams_past_at_the_client_s_speed() throws Exception {
        String path = "/api/large/over";
        try (Raw lazy = open(get(path))) {
            assertFalse(end(path).await(500, TimeUnit.MILLISECONDS), "all of it waits somewhere");
            assertEquals(LARGER, lazy.read().body().length());
        }
        assertEquals(LARGER, once(get(path)).body().length());
        assertEquals(2, UPSTREAM.asked(path).size());
    }

    @Test
    void an_origin_that_breaks_off_breaks_off_its_first_client_and_fails_the_others_and_nothing_is_stored() {
        String path = "/api/broken";
        try (Raw leader = leader(path);
                Raw second = open(get(path))) {
            end(path).countDown();
            assertEquals("", leader.line());
            assertNull(leader.line());
            assertTrue(leader.isClosed());
            assertEquals(502, second.read().status());
        }
        assertEquals(502, once(get(path)).status());
    }

    @Test
    void a_body_shorter_than_its_length_is_never_stored() {
        for (int i = 1; i <= 2; i++) {
            Raw.Reply failed = once(get("/api/short"));
            assertEquals(502, failed.status());
            assertEquals(i, UPSTREAM.asked("/api/short").size());
            try (Raw leader = open(get("/api/short/large"))) {
                assertEquals(200, leader.head().status());
                String half = leader.line();
                assertTrue(half == null || half.equals("half"), half);
                assertTrue(leader.isClosed());
            }
            assertEquals(i, UPSTREAM.asked("/api/short/large").size());
        }
    }

    @Test
    void a_head_and_a_304_are_answered_while_the_body_still_comes() {
        try (Raw head = open(request("HEAD", "/api/headed"));
                Raw conditional = open(get("/api/asked", "If-None-Match: \"v1\""))) {
            assertEquals(200, head.head().status());
            Raw.Reply notModified = conditional.read();
            assertEquals(304, notModified.status());
            assertEquals("\"v1\"", notModified.header("etag"));
            assertNull(notModified.header("transfer-encoding"));
            end("/api/headed").countDown();
            end("/api/asked").countDown();
            assertStored("/api/headed", "first\nlast\n");
            assertStored("/api/asked", "first\nlast\n");
            // the connections go on
            assertEquals("small", head.send(get("/api/small/h")).read().body());
            assertEquals("small", conditional.send(get("/api/small/c")).read().body());
        }
    }

    @Test
    void a_slot_is_held_as_long_as_the_origin_works_for_it() {
        try (Raw head = open(request("HEAD", "/slot/headed"))) {
            assertEquals(200, head.head().status());
            assertEquals(429, once(get("/slot/small")).status());
            end("/slot/headed").countDown();
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertEquals(200, once(get("/slot/small")).status()));
        }
    }

    @Test
    void a_part_waits_for_the_whole() {
        try (Raw part = open(get("/api/part", "Range: bytes=6-9"))) {
            await().atMost(SOON).until(() -> !UPSTREAM.asked("/api/part").isEmpty());
            end("/api/part").countDown();
            Raw.Reply reply = part.read();
            assertEquals(206, reply.status());
            assertEquals("last", reply.body());
            assertEquals("sluice; fwd=miss; stored", reply.header("cache-status"));
        }
    }

    @Test
    void a_stream_that_pauses_longer_than_the_origin_s_timeout_goes_on_for_its_client_and_is_not_stored() {
        String path = "/brief/paused";
        try (Raw leader = leader(path);
                Raw second = open(get(path))) {
            assertEquals(502, second.read().status());
            end(path).countDown();
            assertEquals("", leader.line());
            assertEquals("5", leader.line());
            assertEquals("last", leader.line());
        }
        assertFalse(String.valueOf(once(get(path)).header("cache-status")).contains("hit"));
    }

    @Test
    void early_hints_reach_the_caller_whose_load_it_is() {
        for (String path : new String[] {"/api/hinted", "/past/hinted"}) {
            try (Raw client = open(get(path))) {
                Raw.Reply hints = client.head();
                assertEquals(103, hints.status());
                assertEquals("</a.css>; rel=preload", hints.header("link"));
                assertEquals("hinted", client.read().body());
            }
            assertEquals(
                    200,
                    once("GET " + path + "?old HTTP/1.0\r\nHost: a\r\n\r\n").status());
        }
        assertEquals(200, once(get("/api/hinted")).status());
    }

    @Test
    void trailers_reach_the_caller_whose_load_it_is_and_are_not_stored() {
        for (String path : new String[] {"/api/trailers", "/api/slow/trailers"}) {
            try (Raw client = open(get(path))) {
                if (path.contains("/slow")) {
                    await().atMost(SOON).until(() -> !UPSTREAM.asked(path).isEmpty());
                    end(path).countDown();
                }
                Raw.Reply first = client.read();
                assertEquals("body", first.body());
                assertEquals("42", first.header("x-sum"));
                assertEquals("X-Sum", first.header("trailer"));
            }
            assertStored(path, "body");
            Raw.Reply hit = once(get(path));
            assertNull(hit.header("x-sum"));
            assertNull(hit.header("trailer"));
        }
    }

    private static HttpClientRequest http2(HttpClient client, String path) throws Exception {
        return done(client.request(new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(sluice.port, "127.0.0.1"))
                .setHost("a")
                .setPort(80)
                .setURI(path)));
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void http_2_has_hints_trailers_and_the_body_as_it_comes_and_its_reset_stops_nothing() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            CompletableFuture<String> hints = new CompletableFuture<>();
            HttpClientRequest hinted = http2(client, "/api/hinted/h2");
            hinted.earlyHintsHandler(fields -> hints.complete(fields.get("link")));
            assertEquals(
                    "hinted",
                    done(hinted.send().compose(HttpClientResponse::body)).toString());
            assertEquals("</a.css>; rel=preload", hints.get(10, TimeUnit.SECONDS));

            HttpClientResponse trailing = done(http2(client, "/api/trailers/h2")
                    .send()
                    .compose(response -> response.end().map(response)));
            assertEquals("42", trailing.getTrailer("x-sum"));

            CompletableFuture<String> part = new CompletableFuture<>();
            HttpClientRequest leader = http2(client, "/api/h2");
            leader.response().onSuccess(response -> response.handler(body -> part.complete(body.toString())));
            done(leader.end());
            assertEquals("first\n", part.get(10, TimeUnit.SECONDS));
            leader.reset();
            end("/api/h2").countDown();
            assertStored("/api/h2", "first\nlast\n");
        } finally {
            done(vertx.close());
        }
    }

    @Test
    void an_http_1_0_client_gets_a_body_without_a_length_up_to_the_connection_s_end() {
        String path = "/api/old";
        try (Raw old = open("GET " + path + " HTTP/1.0\r\nHost: a\r\n\r\n")) {
            assertNull(old.head().header("transfer-encoding"));
            assertEquals("first", old.line());
            end(path).countDown();
            assertEquals("last", old.line());
            assertTrue(old.isClosed());
        }
    }

    @Test
    void sigterm_waits_for_an_answer_under_way_and_for_one_that_is_still_being_stored() throws Exception {
        try (SluiceProcess ending = SluiceProcess.setup(yaml()).start();
                Raw leader = new Raw(ending.port).send(get("/api/drained"));
                Raw head = new Raw(ending.port).send(request("HEAD", "/api/drained/head"))) {
            assertEquals(200, leader.head().status());
            assertEquals(200, head.head().status());
            CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(ending::terminate);
            await().atMost(SOON)
                    .until(() -> ending.management("/q/health/ready").statusCode() == 503);
            end("/api/drained").countDown();
            leader.line();
            leader.line();
            leader.line();
            assertEquals("5", leader.line());
            assertEquals("last", leader.line());
            assertFalse(exit.isDone());
            end("/api/drained/head").countDown();
            assertEquals(0, exit.get(30, TimeUnit.SECONDS), ending.log());
        }
    }
}
