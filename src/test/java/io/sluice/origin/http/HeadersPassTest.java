package io.sluice.origin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class HeadersPassTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @AfterAll
    static void stop() {
        Front.await(VERTX.close());
    }

    @Test
    void hop_by_hop_fields_pass_in_neither_direction() {
        String hops =
                "Keep-Alive: timeout=9\r\nProxy-Connection: x\r\nProxy-Authenticate: x\r\nUpgrade: x\r\nX-Hop: 1\r\n";
        try (RawOrigin origin = new RawOrigin("HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\n" + hops
                        + "X-End: 2\r\nContent-Length: 2\r\n\r\nok");
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String heard = RawClient.ask(
                    front.port(),
                    "GET / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nConnection: X-Hop\r\nTE: gzip\r\nTrailer: X-T\r\nProxy-Authorization: x\r\n"
                            + hops + "X-End: 1\r\n\r\n");
            String asked = origin.head().toLowerCase(Locale.ROOT);
            for (String name :
                    List.of("keep-alive", "proxy-", "upgrade", "x-hop", "connection", "\r\nte:", "trailer")) {
                assertFalse(asked.contains(name), name + " in " + asked);
            }
            assertTrue(asked.contains("x-end: 1"), asked);
            String answer = heard.toLowerCase(Locale.ROOT);
            for (String name : List.of("keep-alive", "proxy-", "upgrade", "x-hop")) {
                assertFalse(answer.contains(name), name + " in " + answer);
            }
            assertTrue(answer.contains("x-end: 2") && answer.endsWith("ok"), answer);
        }
    }

    @Test
    void what_an_untrusted_peer_says_of_earlier_hops_is_replaced() {
        try (RawOrigin origin = new RawOrigin(OK);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient.get(
                    front.port(),
                    "/",
                    "X-Forwarded-For: 6.6.6.6",
                    "Forwarded: for=6.6.6.6",
                    "X-Forwarded-Proto: https");
            String asked = origin.head();
            assertTrue(asked.contains("X-Forwarded-For: 127.0.0.1\r\n"), asked);
            assertTrue(asked.contains("X-Forwarded-Proto: http\r\n"), asked);
            assertTrue(asked.contains("X-Forwarded-Host: gateway:8080\r\n"), asked);
            assertTrue(asked.contains("Forwarded: for=127.0.0.1;host=\"gateway:8080\";proto=http\r\n"), asked);
            assertTrue(asked.contains("Via: 1.1 sluice\r\n"), asked);
            assertFalse(asked.contains("6.6.6.6"), asked);
        }
    }

    @Test
    void what_a_trusted_peer_says_of_earlier_hops_is_kept_and_it_is_added() {
        try (RawOrigin origin = new RawOrigin(OK);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            front.trusted = true;
            RawClient.get(
                    front.port(),
                    "/",
                    "X-Forwarded-For: 9.9.9.9",
                    "X-Forwarded-For: 8.8.8.8",
                    "Forwarded: for=9.9.9.9",
                    "X-Forwarded-Proto: https",
                    "Via: 1.0 edge");
            String asked = origin.head();
            assertTrue(asked.contains("X-Forwarded-For: 9.9.9.9, 8.8.8.8, 127.0.0.1\r\n"), asked);
            assertTrue(asked.contains("X-Forwarded-Proto: https\r\n"), asked);
            assertTrue(asked.contains("Forwarded: for=9.9.9.9, for=127.0.0.1;"), asked);
            assertTrue(asked.contains("Via: 1.0 edge, 1.1 sluice\r\n"), asked);
        }
    }

    @Test
    void an_address_with_colons_is_quoted_in_forwarded() {
        assertEquals(
                "for=\"[2001:db8::1]\";host=a.example;proto=https",
                Forwarded.written(new Call.Peer("2001:db8::1", false, "https", "a.example")));
        assertEquals(
                "for=1.2.3.4;host=\"a\\\"b\";proto=http",
                Forwarded.written(new Call.Peer("1.2.3.4", false, "http", "a\"b")));
    }

    @Test
    void host_path_and_fields_are_rewritten_as_declared() {
        try (RawOrigin origin = new RawOrigin(OK)) {
            URI url = URI.create("http://127.0.0.1:" + origin.port() + "/base/");
            HttpSpec spec = new HttpSpec(
                    "api",
                    url,
                    Duration.ofSeconds(5),
                    "/api",
                    Map.of("X-Set", "s"),
                    List.of("x-gone"),
                    false,
                    Duration.ofSeconds(1),
                    8);
            try (Front front = new Front(VERTX, spec)) {
                RawClient.get(front.port(), "/api/a%2Fb//c?q=|", "X-Gone: 1", "X-Set: theirs");
                String asked = origin.head();
                assertTrue(asked.startsWith("GET /base/a%2Fb//c?q=| HTTP/1.1\r\n"), asked);
                assertTrue(asked.contains("host: 127.0.0.1:" + origin.port() + "\r\n"), asked);
                assertTrue(asked.contains("X-Set: s\r\n"), asked);
                assertFalse(asked.contains("X-Gone") || asked.contains("theirs"), asked);
            }
            HttpSpec preserving = new HttpSpec(
                    "api", url, Duration.ofSeconds(5), null, Map.of(), List.of(), true, Duration.ofSeconds(1), 8);
            try (Front front = new Front(VERTX, preserving)) {
                RawClient.get(front.port(), "/x");
                String asked = origin.head();
                assertTrue(asked.startsWith("GET /base/x HTTP/1.1\r\n"), asked);
                assertTrue(asked.contains("host: gateway:8080\r\n"), asked);
            }
        }
    }

    @Test
    void a_removed_field_is_not_written_by_the_gateway_either() {
        try (RawOrigin origin = new RawOrigin(OK)) {
            for (String removed :
                    List.of("cookie", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "via")) {
                HttpSpec spec = new HttpSpec(
                        "api",
                        URI.create("http://127.0.0.1:" + origin.port()),
                        Duration.ofSeconds(5),
                        null,
                        Map.of(),
                        List.of(removed),
                        false,
                        Duration.ofSeconds(1),
                        8);
                try (Front front = new Front(VERTX, spec)) {
                    front.trusted = removed.startsWith("x");
                    String name = "\r\n" + removed + ": ";
                    Http2InTest.get(
                            VERTX, front.port(), List.of("cookie: a=1", "cookie: b=2", "via: x", "forwarded: for=x"));
                    String asked = origin.head().toLowerCase(Locale.ROOT);
                    assertFalse(asked.contains(name), asked);
                    RawClient.get(front.port(), "/", "Cookie: a=1", "X-Forwarded-For: 9.9.9.9");
                    asked = origin.head().toLowerCase(Locale.ROOT);
                    assertFalse(asked.contains(name), asked);
                    assertTrue(removed.equals("via") || asked.contains("\r\nvia: "), asked);
                }
            }
        }
    }

    @Test
    void a_prefix_is_stripped_however_it_is_spelled() {
        TargetUri target = new TargetUri("", "/api/v1");
        assertEquals("/x", target.of("/api/v1/x"));
        assertEquals("/x", target.of("/%61pi//v1/x"));
        assertEquals("/", target.of("/api/v1"));
        assertEquals("/?a=b", target.of("/api/v1?a=b"));
        assertEquals("/api/v10", target.of("/api/v10"));
        assertEquals("/ap", target.of("/ap"));
    }

    @Test
    void raw_octets_of_the_target_reach_the_origin_escaped() {
        try (RawOrigin origin = new RawOrigin(OK);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient.get(front.port(), "/caf\u00c3\u00a9?q=\u00ff");
            String asked = origin.head();
            assertTrue(asked.startsWith("GET /caf%C3%A9?q=%FF HTTP/1.1\r\n"), asked);
        }
    }

    @Test
    void a_prefix_is_stripped_however_it_is_declared() {
        for (String declared : List.of("/caf%C3%A9", "/caf\u00e9", "//caf%c3%a9//")) {
            TargetUri target = new TargetUri("", declared);
            assertEquals("/x", target.of("/caf%C3%A9/x"), declared);
            assertEquals("/x", target.of("/caf\u00c3\u00a9/x"), declared);
        }
        assertEquals("/x", new TargetUri("", "/a%20b").of("/a%20b/x"));
        assertEquals("/x", new TargetUri("", "//api").of("/api/x"));
        assertEquals("/x", new TargetUri("", "/a//b/").of("/a/b/x"));
        assertEquals("/x", new TargetUri("", "/a%2F/b").of("/a%2f//b/x"));
        assertEquals("/x", new TargetUri("", "//").of("/x"));
    }

    @Test
    void a_request_without_a_body_is_not_chunked_and_any_method_passes() {
        try (RawOrigin origin = new RawOrigin(OK);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            for (String method : List.of("GET", "PURGE", "M-SEARCH", "DELETE", "OPTIONS")) {
                RawClient.ask(front.port(), method + " /x HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
                String asked = origin.head();
                assertTrue(asked.startsWith(method + " /x HTTP/1.1\r\n"), asked);
                assertFalse(asked.toLowerCase(Locale.ROOT).contains("transfer-encoding"), asked);
                assertFalse(asked.toLowerCase(Locale.ROOT).contains("content-length"), asked);
            }
            RawClient.ask(
                    front.port(), "POST /x HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            String post = origin.head();
            assertTrue(post.contains("content-length: 0\r\n"), post);
        }
    }

    @Test
    void te_trailers_is_said_on_and_other_codings_are_not() {
        try (RawOrigin origin = new RawOrigin(OK);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient.ask(
                    front.port(),
                    "GET / HTTP/1.1\r\nHost: g\r\nTE: gzip, trailers\r\nConnection: close\r\nConnection: TE\r\n\r\n");
            String asked = origin.head();
            assertTrue(asked.contains("TE: trailers\r\n"), asked);
        }
    }

    @Test
    void a_load_without_a_client_is_asked_and_a_uri_that_would_leave_its_line_is_not() {
        HttpOrigin origin;
        try (RawOrigin server = new RawOrigin(OK)) {
            origin = new HttpOrigin(VERTX, Front.spec(server.port()));
            Call.Peer peer = new Call.Peer("1.2.3.4", false, "http", "g");
            MultiMap fields =
                    HttpHeaders.headers().add("X-A", "b").add("cookie", "a=1").add("cookie", "b=2");
            Call call = new Call(HttpMethod.GET, "/x", fields, Map.of(), peer, null);
            Answer.Gathered gathered = origin.ask(call)
                    .onItem()
                    .transformToUni(answer -> Uni.createFrom()
                            .completionStage(((Answer.Streaming) answer)
                                    .gather(100, () -> {})
                                    .toCompletionStage()))
                    .await()
                    .atMost(Duration.ofSeconds(10));
            Answer.Gathered.Whole whole = assertInstanceOf(Answer.Gathered.Whole.class, gathered);
            assertEquals("ok", whole.body().toString());
            String asked = server.head();
            assertTrue(asked.contains("X-A: b\r\n"), asked);
            assertTrue(asked.contains("cookie: a=1; b=2\r\n") && !asked.contains("cookie: a=1\r\n"), asked);
            Call smuggling =
                    new Call(HttpMethod.GET, "/x HTTP/1.1\r\nX: y", HttpHeaders.headers(), Map.of(), peer, null);
            assertInstanceOf(
                    Answer.BadRequest.class, origin.ask(smuggling).await().atMost(Duration.ofSeconds(10)));
            assertTrue(server.heads.isEmpty());
            origin.close();
        }
    }
}
