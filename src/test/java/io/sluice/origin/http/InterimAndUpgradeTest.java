package io.sluice.origin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class InterimAndUpgradeTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @AfterAll
    static void stop() {
        Front.await(VERTX.close());
    }

    @Test
    void the_origin_decides_whether_an_expected_body_comes() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    if (request.line().contains("no")) {
                        RawOrigin.write(out, "HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno");
                        return;
                    }
                    RawOrigin.write(out, "HTTP/1.1 100 Continue\r\n\r\n");
                    String body = new String(request.in().readNBytes(5), StandardCharsets.US_ASCII);
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body);
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            String head = " HTTP/1.1\r\nHost: g\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
            try (RawClient client = new RawClient(front.port())) {
                assertTrue(client.send("POST /yes" + head).until("\r\n\r\n").startsWith("HTTP/1.1 100 "));
                assertTrue(client.send("hello").until("hello").startsWith("HTTP/1.1 200 "));
            }
            try (RawClient client = new RawClient(front.port())) {
                assertTrue(client.send("POST /no" + head).until("\r\n\r\nno").startsWith("HTTP/1.1 417 "));
            }
        }
    }

    @Test
    void early_hints_pass_and_other_interim_responses_do_not() {
        try (RawOrigin origin =
                        new RawOrigin("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                + "HTTP/1.1 199 Own\r\nX: y\r\n\r\n" + OK);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            for (int i = 0; i < 2; i++) {
                String heard = RawClient.get(front.port(), "/");
                assertTrue(heard.startsWith("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 "), heard);
                assertTrue(heard.endsWith("ok"), heard);
                assertFalse(heard.contains("102") || heard.contains("199"), heard);
            }
            assertEquals(1, origin.connections.get());
        }
    }

    @Test
    void a_web_socket_passes_both_ways_until_it_closes() throws Exception {
        HttpServer echo = Front.await(VERTX.createHttpServer()
                .webSocketHandler(socket -> socket.textMessageHandler(text -> socket.writeTextMessage("echo " + text)))
                .listen(0, "127.0.0.1"));
        try (Front front = new Front(VERTX, Front.spec(echo.actualPort()))) {
            WebSocketClient client = VERTX.createWebSocketClient();
            WebSocket socket = Front.await(client.connect(front.port(), "127.0.0.1", "/chat"));
            CompletableFuture<String> heard = new CompletableFuture<>();
            socket.textMessageHandler(heard::complete);
            Front.await(socket.writeTextMessage("hello"));
            assertEquals("echo hello", heard.get(10, TimeUnit.SECONDS));
            CompletableFuture<Integer> large = new CompletableFuture<>();
            socket.textMessageHandler(text -> large.complete(text.length()));
            Front.await(socket.writeTextMessage("x".repeat(60_000)));
            assertEquals(60_005, large.get(10, TimeUnit.SECONDS));
            Front.await(socket.close());
            assertTrue(front.end() instanceof Long);
            Front.await(client.close());
        }
        Front.await(echo.close());
    }

    @Test
    void bytes_that_come_with_the_upgrade_are_not_lost() {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(
                            out,
                            "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: own\r\nX-A: b\r\n\r\nearly");
                    RawOrigin.write(out, " " + new String(request.in().readNBytes(5), StandardCharsets.US_ASCII));
                    request.socket().close();
                });
                Front front = new Front(VERTX, Front.spec(origin.port()));
                RawClient client = new RawClient(front.port())) {
            client.send("GET / HTTP/1.1\r\nHost: g\r\nConnection: keep-alive, Upgrade\r\nUpgrade: own\r\n\r\n");
            String head = client.until("\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 101 "), head);
            assertTrue(head.contains("pgrade: own\r\n") && head.contains("X-A: b\r\n"), head);
            assertEquals("early", client.until("early"));
            assertEquals(" words", client.send("words").rest());
        }
    }

    @Test
    void a_refused_upgrade_arrives_with_its_body() {
        try (RawOrigin origin = new RawOrigin("HTTP/1.1 403 No\r\nContent-Length: 6\r\n\r\nno way");
                Front front = new Front(VERTX, Front.spec(origin.port()));
                RawClient client = new RawClient(front.port())) {
            String upgrade = "GET / HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            assertTrue(client.send(upgrade).until("no way").startsWith("HTTP/1.1 403 "));
            assertTrue(client.send(upgrade).until("no way").startsWith("HTTP/1.1 403 "));
        }
    }
}
