package io.sluice.origin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 on the client's side, in clear text; HTTP/1.1 at the origin. */
class Http2InTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpClient CLIENT = VERTX.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

    @AfterAll
    static void stop() {
        Front.await(CLIENT.close());
        Front.await(VERTX.close());
    }

    /** A GET over HTTP/2 with these fields, done. */
    static void get(Vertx vertx, int port, List<String> fields) {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        Front.await(client.request(HttpMethod.GET, port, "127.0.0.1", "/x")
                .compose(request -> {
                    for (String field : fields) {
                        int colon = field.indexOf(':');
                        request.headers().add(field.substring(0, colon), field.substring(colon + 2));
                    }
                    return request.send();
                })
                .compose(HttpClientResponse::body));
        Front.await(client.close());
    }

    private static HttpClientRequest request(Front front, HttpMethod method) {
        return Front.await(CLIENT.request(method, front.port(), "127.0.0.1", "/x"));
    }

    /** Reads a chunked body as it came, decoded. */
    private static RawOrigin echo() {
        return new RawOrigin((request, out) -> {
            StringBuilder body = new StringBuilder();
            if (request.head().toLowerCase(Locale.ROOT).contains("chunked")) {
                while (body.indexOf("0\r\n\r\n") < 0) {
                    body.append((char) request.in().read());
                }
            }
            RawOrigin.write(
                    out,
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: "
                            + body.length() + "\r\n\r\n");
        });
    }

    @Test
    void a_get_is_not_chunked_and_the_answer_has_its_trailers_and_no_hop_by_hop_field() {
        try (RawOrigin origin = echo();
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            HttpClientRequest request = request(front, HttpMethod.GET);
            request.headers().add("cookie", "a=1").add("cookie", "b=2");
            HttpClientResponse response = Front.await(request.send()
                    .compose(it -> it.body().map(body -> {
                        assertEquals("ok", body.toString());
                        return it;
                    })));
            assertEquals(HttpVersion.HTTP_2, response.version());
            assertEquals("0", response.getTrailer("x-sum"));
            assertEquals(null, response.getHeader("transfer-encoding"));
            assertEquals(null, response.getHeader("keep-alive"));
            String asked = origin.head();
            assertFalse(asked.toLowerCase(Locale.ROOT).contains("transfer-encoding"), asked);
            assertTrue(asked.contains("cookie: a=1; b=2\r\n"), asked);
            assertTrue(asked.contains("Via: 2.0 sluice\r\n"), asked);
            assertFalse(asked.contains("\r\n:"), asked);
        }
    }

    @Test
    void a_body_without_a_length_arrives_whatever_the_method() {
        try (RawOrigin origin = echo();
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            for (HttpMethod method : new HttpMethod[] {HttpMethod.POST, HttpMethod.DELETE}) {
                HttpClientRequest request = request(front, method);
                request.setChunked(true);
                request.write("hello");
                HttpClientResponse response = Front.await(request.end(Buffer.buffer(" there"))
                        .compose(sent -> request.response())
                        .compose(it -> it.end().map(it)));
                assertTrue(Integer.parseInt(response.getTrailer("x-sum")) > 15, "the body did not arrive");
            }
        }
    }

    @Test
    void a_body_that_the_origin_breaks_off_resets_the_stream_and_not_the_connection() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                    request.socket().close();
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            HttpClientRequest request = request(front, HttpMethod.GET);
            CompletableFuture<Boolean> closed = new CompletableFuture<>();
            request.connection().closeHandler(end -> closed.complete(true));
            assertThrows(
                    IllegalStateException.class,
                    () -> Front.await(request.send().compose(HttpClientResponse::body)));
            assertThrows(Exception.class, () -> closed.get(100, TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void early_hints_pass() throws Exception {
        try (RawOrigin origin = new RawOrigin(
                        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            HttpClientRequest request = request(front, HttpMethod.GET);
            CompletableFuture<String> hints = new CompletableFuture<>();
            request.earlyHintsHandler(fields -> hints.complete(fields.get("link")));
            assertEquals(
                    "ok",
                    Front.await(request.send().compose(HttpClientResponse::body))
                            .toString());
            assertEquals("</a>", hints.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void a_client_that_resets_makes_the_origin_be_left() throws Exception {
        try (RawOrigin origin = new RawOrigin((request, out) -> request.in().read());
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            HttpClientRequest request = request(front, HttpMethod.GET);
            var unused = request.send();
            origin.head();
            request.reset();
            assertEquals("end", origin.closed.poll(10, TimeUnit.SECONDS));
            Answer.Failed left = assertInstanceOf(Answer.Failed.class, front.answers.poll(10, TimeUnit.SECONDS));
            assertEquals(Answer.Failed.Reason.CLIENT_LEFT, left.reason());
        }
    }
}
