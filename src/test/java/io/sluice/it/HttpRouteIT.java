package io.sluice.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an HTTP origin gets of a request, and what the client gets of its answer. */
class HttpRouteIT {
    private static final long GIBIBYTE = 1L << 30;
    private static final byte[] BLOCK = new byte[1 << 16];
    private static final Semaphore NEXT_EVENT = new Semaphore(0);
    private static final Upstream UPSTREAM = new Upstream(HttpRouteIT::answer);
    private static SluiceProcess trusting;
    private static SluiceProcess sluice;

    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException, InterruptedException {
        String path = asked.target();
        if (path.endsWith("/down")) {
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: " + GIBIBYTE + "\r\n\r\n");
            for (long sent = 0; sent < GIBIBYTE; sent += BLOCK.length) {
                wire.out().write(BLOCK);
            }
        } else if (path.endsWith("/up")) {
            wire.ok(Long.toString(asked.length()));
        } else if (path.endsWith("/events")) {
            wire.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 1; i <= 3; i++) {
                NEXT_EVENT.acquire();
                wire.write("9\r\ndata: " + i + "\n\n\r\n");
            }
            wire.write("0\r\n\r\n");
        } else if (path.endsWith("/hints")) {
            wire.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
            wire.write("HTTP/1.1 102 Processing\r\n\r\n");
            wire.ok("hinted");
        } else if (path.endsWith("/trailers")) {
            wire.write("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n");
        } else if (path.endsWith("/hop")) {
            wire.reply(
                    200,
                    "Connection: X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: x\r\n"
                            + "X-Kept: yes\r\n",
                    "hop");
        } else if (path.endsWith("/socket")) {
            wire.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: x\r\n\r\n");
            byte[] buffer = new byte[1024];
            for (int read = wire.in().read(buffer); read > 0; read = wire.in().read(buffer)) {
                wire.out().write(buffer, 0, read);
                wire.out().flush();
            }
            throw new IOException("closed");
        } else if (path.endsWith("/refused-socket")) {
            wire.reply(403, "", "no sockets here");
        } else if (path.endsWith("/broken")) {
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf\n");
            throw new IOException("broken off");
        } else if (path.endsWith("/slow")) {
            TimeUnit.SECONDS.sleep(2);
            wire.ok("late");
        } else {
            wire.ok("up");
        }
    }

    @BeforeAll
    static void start() {
        String routes = """
                limits:
                  three: { algorithm: sliding-window, quota: 3, window: 1h, key: [client] }
                  by-address: { algorithm: sliding-window, quota: 3, window: 1h, key: [address] }
                routes:
                  plain:    { path: /plain/**, http: { url: "%1$s" } }
                  impatient: { path: /impatient/**, http: { url: "%1$s", timeout: 500ms } }
                  limited:  { path: /limited, limits: [three], http: { url: "%1$s" } }
                  address:  { path: /address, limits: [by-address], http: { url: "%1$s" } }
                  stripped: { path: /old/api/**, http: { url: "%1$s/new", strip: /old } }
                  edited:
                    path: /edited
                    http: { url: "%1$s", headers: { set: { X-Gateway: sluice }, remove: [X-Internal] } }
                  host:     { path: /host, http: { url: "%1$s", preserve-host: true } }
                """.formatted(UPSTREAM.url());
        SluiceProcess.Setup small = SluiceProcess.setup("clients: [header:X-API-Key, address]\n" + routes);
        trusting = SluiceProcess.setup("clients: [address]\ntrusted-proxies: [127.0.0.0/8, 10.0.0.0/8]\n" + routes)
                .launch();
        sluice = small.option("-Xmx128m").start();
        trusting.awaitReady();
    }

    @AfterAll
    static void end() {
        sluice.close();
        trusting.close();
        UPSTREAM.close();
    }

    private static Raw.Reply get(SluiceProcess from, String path, String... headers) {
        return Raw.once(from.port, request("GET", path, headers));
    }

    private static String request(String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: shop.test\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    @Test
    void a_forged_x_forwarded_for_from_an_untrusted_peer_is_ignored() {
        get(
                sluice,
                "/plain/f",
                "X-Forwarded-For: 1.2.3.4",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil",
                "Forwarded: for=1.2.3.4");
        Upstream.Asked asked = UPSTREAM.latest();
        assertEquals("127.0.0.1", asked.header("x-forwarded-for"));
        assertEquals("http", asked.header("x-forwarded-proto"));
        assertEquals("shop.test", asked.header("x-forwarded-host"));
        assertEquals("for=127.0.0.1;host=shop.test;proto=http", asked.header("forwarded"));
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    i < 3 ? 200 : 429,
                    get(sluice, "/address", "X-Forwarded-For: 9.9.9." + i, "Forwarded: for=8.8.8." + i)
                            .status());
        }
    }

    @Test
    void a_trusted_proxys_x_forwarded_for_is_believed_and_appended_to() {
        get(
                trusting,
                "/plain/f",
                "X-Forwarded-For: 1.2.3.4, 10.0.0.7",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: shop.example");
        Upstream.Asked asked = UPSTREAM.latest();
        assertEquals("1.2.3.4, 10.0.0.7, 127.0.0.1", asked.header("x-forwarded-for"));
        assertEquals("https", asked.header("x-forwarded-proto"));
        assertEquals("shop.example", asked.header("x-forwarded-host"));
        for (int i = 0; i < 4; i++) {
            // what stands left of the first untrusted address is the client's own claim
            assertEquals(
                    i < 3 ? 200 : 429,
                    get(trusting, "/limited", "X-Forwarded-For: 5.5.5." + i + ", 6.6.6.6, 10.0.0.7")
                            .status());
        }
        assertEquals(200, get(trusting, "/limited", "X-Forwarded-For: 7.7.7.7").status());
        assertEquals(429, get(trusting, "/limited", "Forwarded: for=6.6.6.6").status());
    }

    @Test
    void a_duplicate_api_key_names_nobody() {
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    i < 3 ? 200 : 429,
                    get(sluice, "/limited", "X-API-Key: a" + i, "X-API-Key: b" + i)
                            .status());
        }
        assertEquals(429, get(sluice, "/limited").status(), "the address was meant");
        assertEquals(200, get(sluice, "/limited", "X-API-Key: a0").status());
    }

    @Test
    void hop_by_hop_headers_end_here_in_both_directions() {
        Raw.Reply reply = get(
                sluice,
                "/plain/hop",
                "Connection: keep-alive, X-Mine",
                "X-Mine: 1",
                "Keep-Alive: 5",
                "Proxy-Authorization: x",
                "Proxy-Connection: keep-alive",
                "TE: trailers, gzip",
                "X-Kept: yes");
        Upstream.Asked asked = UPSTREAM.latest();
        for (String name : new String[] {"x-mine", "keep-alive", "proxy-authorization", "proxy-connection"}) {
            assertNull(asked.header(name), name);
        }
        assertEquals("trailers", asked.header("te"));
        assertEquals("yes", asked.header("x-kept"));
        for (String name : new String[] {"x-secret", "keep-alive", "proxy-authenticate"}) {
            assertNull(reply.header(name), name);
        }
        assertEquals("yes", reply.header("x-kept"));
    }

    @Test
    void a_prefix_is_stripped_and_the_rest_stays_byte_for_byte() {
        get(sluice, "/old/api/a%2Fb//c?x=%20|");
        assertEquals("/new/api/a%2Fb//c?x=%20|", UPSTREAM.latest().target());
    }

    @Test
    void headers_are_set_and_removed_and_the_host_is_the_origins() {
        get(sluice, "/edited", "X-Gateway: forged", "X-Internal: secret", "X-Other: 1");
        Upstream.Asked asked = UPSTREAM.latest();
        assertEquals("sluice", asked.header("x-gateway"));
        assertNull(asked.header("x-internal"));
        assertEquals("1", asked.header("x-other"));
        assertEquals("127.0.0.1:" + UPSTREAM.port(), asked.header("host"));
    }

    @Test
    void a_route_may_preserve_the_host() {
        get(sluice, "/host");
        assertEquals("shop.test", UPSTREAM.latest().header("host"));
    }

    @Test
    void a_gibibyte_comes_down_through_a_heap_of_128_mib() throws IOException {
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply head = raw.send(request("GET", "/plain/down")).head();
            assertEquals(Long.toString(GIBIBYTE), head.header("content-length"));
            byte[] buffer = new byte[1 << 16];
            long got = 0;
            while (got < GIBIBYTE) {
                int read = raw.in.read(buffer);
                assertTrue(read > 0, "ended after " + got);
                got += read;
            }
        }
        assertTrue(sluice.process().isAlive());
        assertFalse(sluice.log().contains("OutOfMemory"), sluice.log());
    }

    @Test
    void a_gibibyte_goes_up_through_a_heap_of_128_mib() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send(request("POST", "/plain/up", "Content-Length: " + GIBIBYTE));
            for (long sent = 0; sent < GIBIBYTE; sent += BLOCK.length) {
                raw.send(BLOCK, 0, BLOCK.length);
            }
            assertEquals(Long.toString(GIBIBYTE), raw.read().body());
        }
        assertTrue(sluice.process().isAlive());
        assertFalse(sluice.log().contains("OutOfMemory"), sluice.log());
    }

    @Test
    void a_websocket_is_a_tunnel() throws IOException {
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply reply = raw.send(request(
                            "GET",
                            "/plain/socket",
                            "Connection: Upgrade",
                            "Upgrade: websocket",
                            "Sec-WebSocket-Key: x",
                            "Sec-WebSocket-Version: 13"))
                    .head();
            assertEquals(101, reply.status());
            assertEquals("websocket", reply.header("upgrade"));
            assertEquals("x", reply.header("sec-websocket-accept"));
            for (String said : List.of("hello", "\u0081\u0005there", "bye")) {
                raw.send(said);
                assertEquals(said, new String(raw.in.readNBytes(said.length()), ISO_8859_1));
            }
        }
        assertEquals("websocket", UPSTREAM.latest().header("upgrade"));
    }

    @Test
    void a_refused_upgrade_keeps_its_body() {
        Raw.Reply reply = get(
                sluice,
                "/plain/refused-socket",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: x",
                "Sec-WebSocket-Version: 13");
        assertEquals(403, reply.status());
        assertEquals("no sockets here", reply.body());
    }

    @Test
    void server_sent_events_arrive_as_they_are_sent() {
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply head = raw.send(request("GET", "/plain/events")).head();
            assertEquals("text/event-stream", head.header("content-type"));
            for (int i = 1; i <= 3; i++) {
                NEXT_EVENT.release();
                String line = raw.line();
                while (line != null && !line.startsWith("data:")) {
                    line = raw.line();
                }
                assertEquals("data: " + i, line);
            }
        }
    }

    @Test
    void early_hints_pass_and_other_interim_answers_do_not() {
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply interim = raw.send(request("GET", "/plain/hints")).head();
            assertEquals(103, interim.status());
            assertEquals("</a.css>; rel=preload", interim.header("link"));
            Raw.Reply reply = raw.read();
            assertEquals(200, reply.status());
            assertEquals("hinted", reply.body());
        }
    }

    @Test
    void trailers_of_an_answer_pass() {
        Raw.Reply reply = get(sluice, "/plain/trailers", "TE: trailers");
        assertEquals("body", reply.body());
        assertEquals("42", reply.header("x-sum"));
    }

    @Test
    void a_client_that_expects_100_gets_it_and_is_answered() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send(request("POST", "/plain/up", "Content-Length: 5", "Expect: 100-continue"));
            assertEquals(100, raw.head().status());
            raw.send("hello");
            assertEquals("5", raw.read().body());
        }
    }

    @Test
    void an_answer_that_breaks_off_breaks_off_here_too() {
        try (Raw raw = new Raw(sluice.port)) {
            assertEquals(200, raw.send(request("GET", "/plain/broken")).head().status());
            assertNotNull(raw.line(), "the half that came");
            assertTrue(raw.isClosed());
        }
    }

    @Test
    void an_origin_that_is_too_slow_is_504() {
        Raw.Reply reply = get(sluice, "/impatient/slow");
        assertEquals(504, reply.status());
        assertEquals("application/problem+json", reply.header("content-type"));
    }
}
