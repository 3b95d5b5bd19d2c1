package io.sluice.origin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class BodiesPassTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void stop() {
        Front.await(VERTX.close());
    }

    @Test
    void a_body_with_a_length_passes_whole_and_without_transfer_coding() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    String body = new String(request.in().readNBytes(5), java.nio.charset.StandardCharsets.US_ASCII);
                    RawOrigin.write(out, "HTTP/1.1 201 Made\r\nContent-Length: 5\r\n\r\n" + body);
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String heard = RawClient.ask(
                    front.port(), "POST / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
            assertTrue(heard.startsWith("HTTP/1.1 201 ") && heard.endsWith("\r\n\r\nhello"), heard);
            assertEquals(5L, front.end());
            String asked = origin.head().toLowerCase(Locale.ROOT);
            assertTrue(asked.contains("content-length: 5\r\n") && !asked.contains("transfer-encoding"), asked);
        }
    }

    @Test
    void a_length_beside_a_transfer_coding_is_never_forwarded() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    while (request.in().read() != '0') {}
                    request.in().readNBytes(4);
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient.ask(
                    front.port(),
                    "POST / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            String asked = origin.head().toLowerCase(Locale.ROOT);
            assertTrue(asked.contains("transfer-encoding: chunked\r\n") && !asked.contains("content-length"), asked);
        }
    }

    @Test
    void trailers_pass() {
        try (RawOrigin origin = new RawOrigin(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\n\r\n");
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String heard = RawClient.get(front.port(), "/");
            assertTrue(heard.endsWith("0\r\nX-Sum: 7\r\n\r\n"), heard);
            assertTrue(heard.contains("2\r\nok\r\n"), heard);
        }
    }

    @Test
    void a_body_that_the_origin_breaks_off_is_broken_off_towards_the_client() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(
                            out,
                            request.line().contains("chunked")
                                    ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                                    : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    request.socket().close();
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String chunked = RawClient.ask(front.port(), "GET /chunked HTTP/1.1\r\nHost: g\r\n\r\n");
            assertFalse(chunked.contains("0\r\n\r\n"), chunked);
            assertInstanceOf(Throwable.class, front.end());
            String sized = RawClient.ask(front.port(), "GET /sized HTTP/1.1\r\nHost: g\r\n\r\n");
            assertTrue(sized.isEmpty() || sized.endsWith("hello"), sized);
            assertInstanceOf(Throwable.class, front.end());
        }
    }

    @Test
    void head_204_and_304_have_no_body_and_keep_their_fields() {
        try (RawOrigin origin = new RawOrigin((request, out) -> RawOrigin.write(
                        out,
                        request.line().startsWith("HEAD")
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"
                                : "HTTP/1.1 " + request.line().substring(5, 8) + " X\r\nETag: \"e\"\r\n\r\n"));
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String head = RawClient.ask(front.port(), "HEAD / HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
            assertTrue(head.contains("ontent-") && head.contains(": 77\r\n") && head.endsWith("\r\n\r\n"), head);
            for (String status : new String[] {"204", "304"}) {
                String heard = RawClient.get(front.port(), "/" + status);
                assertTrue(heard.startsWith("HTTP/1.1 " + status) && heard.endsWith("\r\n\r\n"), heard);
                assertTrue(heard.contains("ETag: \"e\"") && !heard.contains("chunked"), heard);
                assertFalse(heard.contains("length"), heard);
            }
            assertEquals(1, origin.connections.get(), "the connection was not kept");
        }
    }

    @Test
    void a_body_without_a_length_ends_with_the_connection_and_passes() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
                    request.socket().close();
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String heard = RawClient.get(front.port(), "/");
            assertTrue(heard.contains("until the end\r\n0\r\n\r\n"), heard);
            String old = RawClient.ask(front.port(), "GET / HTTP/1.0\r\nHost: g\r\n\r\n");
            assertTrue(old.endsWith("\r\n\r\nuntil the end"), old);
        }
    }

    @Test
    void an_event_stream_passes_event_by_event() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                    request.in().read();
                });
                Front front = new Front(VERTX, Front.spec(origin.port()));
                RawClient client = new RawClient(front.port())) {
            assertTrue(client.send("GET / HTTP/1.1\r\nHost: g\r\n\r\n")
                    .until("\r\n\r\n")
                    .contains("event-stream"));
        }
    }

    @Test
    void an_answer_before_the_body_s_end_reaches_the_client_and_the_origin_is_left() throws IOException {
        try (RawOrigin origin = new RawOrigin("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                Front front = new Front(VERTX, Front.spec(origin.port()));
                RawClient client = new RawClient(front.port())) {
            client.send("POST / HTTP/1.1\r\nHost: g\r\nContent-Length: 1000000\r\n\r\nstart");
            String heard = client.until("\r\n\r\nno");
            assertTrue(heard.startsWith("HTTP/1.1 413 "), heard);
            assertEquals("", client.rest(), "the connection does not end");
        }
    }

    @Test
    void an_origin_that_stalls_within_a_body_read_whole_or_given_up_is_left() throws Exception {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    request.in().read();
                });
                Front front =
                        new Front(VERTX, Front.spec("http://127.0.0.1:" + origin.port(), Duration.ofMillis(200)))) {
            front.gather = 1000;
            RawClient.get(front.port(), "/");
            assertInstanceOf(TimeoutException.class, front.end());
            assertEquals("end", origin.closed.poll(10, TimeUnit.SECONDS));
            Call.Peer peer = new Call.Peer("1.2.3.4", false, "http", "g");
            Call call = new Call(HttpMethod.GET, "/x", HttpHeaders.headers(), Map.of(), peer, null);
            front.origin.ask(call).subscribe().with(answer -> ((Answer.Streaming) answer).discard());
            assertEquals("end", origin.closed.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void a_gathered_body_may_take_long_as_long_as_it_goes_on() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
                    for (int i = 0; i < 6; i++) {
                        LockSupport.parkNanos(100_000_000);
                        RawOrigin.write(out, "x");
                    }
                });
                Front front =
                        new Front(VERTX, Front.spec("http://127.0.0.1:" + origin.port(), Duration.ofMillis(400)))) {
            front.gather = 1000;
            assertTrue(RawClient.get(front.port(), "/").endsWith("xxxxxx"));
        }
    }

    @Test
    void a_body_that_is_not_gathered_any_more_goes_on_to_who_waits_for_it() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhead");
                    request.in().readNBytes(2); // until the client has that
                    RawOrigin.write(out, "tail");
                });
                Front front = new Front(VERTX, Front.spec(origin.port()));
                RawClient client = new RawClient(front.port())) {
            front.gather = 1000;
            client.send("POST / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 2\r\n\r\na");
            front.stop.orTimeout(10, TimeUnit.SECONDS).join().run();
            client.until("head"); // it had come, or comes as the first part of the stream
            assertTrue(client.send("b").rest().endsWith("tail"));
            assertEquals(8L, front.end());
        }
    }

    @Test
    void a_body_still_arriving_after_the_head_does_not_end_the_download() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhead");
                    request.in().readNBytes(2);
                    LockSupport.parkNanos(600_000_000);
                    RawOrigin.write(out, "tail");
                });
                Front front =
                        new Front(VERTX, Front.spec("http://127.0.0.1:" + origin.port(), Duration.ofMillis(200)));
                RawClient client = new RawClient(front.port())) {
            client.send("POST / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 2\r\n\r\na")
                    .until("head");
            assertTrue(client.send("b").rest().endsWith("tail"));
        }
    }

    @Test
    void a_gathered_body_is_whole_and_a_larger_one_is_streamed_from_its_start() {
        String large = "y".repeat(300_000);
        try (RawOrigin origin = new RawOrigin((request, out) -> RawOrigin.write(
                        out,
                        request.line().contains("large")
                                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" + large
                                        + "\r\n0\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmall"));
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            front.gather = 1000;
            assertTrue(RawClient.get(front.port(), "/small").endsWith("\r\n\r\nsmall"));
            assertEquals(5L, front.end());
            RawClient.get(front.port(), "/large");
            assertEquals(300_000L, front.end());
        }
    }
}
