package io.sluice.origin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.Ports;
import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.sluice.origin.Breaker;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private static final Vertx VERTX = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @AfterAll
    static void stop() {
        Front.await(VERTX.close());
    }

    private static Reason reason(Front front) throws InterruptedException {
        return assertInstanceOf(Answer.Failed.class, front.answers.poll(10, TimeUnit.SECONDS))
                .reason();
    }

    @Test
    void an_origin_that_refuses_is_down_and_after_a_few_times_is_not_asked() throws Exception {
        List<Boolean> states = new ArrayList<>();
        OriginObserver observer = (route, open) -> states.add(open);
        int port = Ports.free();
        try (Front front = new Front(VERTX, new HttpOrigin(VERTX, Front.spec(port), observer))) {
            for (int i = 0; i < 6; i++) {
                assertTrue(RawClient.get(front.port(), "/").startsWith("HTTP/1.1 503"));
                assertEquals(Reason.DOWN, reason(front));
            }
            assertEquals(List.of(true), states);
        }
    }

    @Test
    void an_open_breaker_lets_one_probe_through_per_while_and_closes_on_success() {
        AtomicLong now = new AtomicLong();
        List<Boolean> states = new ArrayList<>();
        Breaker breaker = new Breaker("r", (route, open) -> states.add(open), now::get);
        for (int i = 0; i < 5; i++) {
            assertTrue(breaker.admits());
            breaker.failed();
        }
        assertEquals(false, breaker.admits());
        now.addAndGet(1_000_000_000L);
        assertEquals(true, breaker.admits());
        assertEquals(false, breaker.admits());
        breaker.succeeded();
        assertEquals(true, breaker.admits());
        assertEquals(List.of(true, false), states);
    }

    @Test
    void an_origin_that_does_not_answer_in_time_is_a_timeout_and_is_left() throws Exception {
        try (RawOrigin origin = new RawOrigin((request, out) -> request.in().read());
                Front front =
                        new Front(VERTX, Front.spec("http://127.0.0.1:" + origin.port(), Duration.ofMillis(150)))) {
            assertTrue(RawClient.get(front.port(), "/").startsWith("HTTP/1.1 504"));
            assertEquals(Reason.TIMEOUT, reason(front));
            assertEquals("end", origin.closed.poll(10, TimeUnit.SECONDS));
        }
    }

    /** A port where connections are neither taken nor refused: its queue of those to be accepted is full. */
    private static ServerSocket blackHole(List<Socket> filling) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try {
            while (filling.size() < 16) {
                Socket socket = new Socket();
                filling.add(socket);
                socket.connect(server.getLocalSocketAddress(), 200);
            }
        } catch (SocketTimeoutException full) {
            return server;
        }
        throw new IllegalStateException("the queue has no end");
    }

    @Test
    void a_black_holed_origin_opens_the_breaker_though_the_timeout_is_shorter_than_connecting() throws Exception {
        List<Socket> filling = new ArrayList<>();
        List<Boolean> states = new CopyOnWriteArrayList<>();
        try (ServerSocket server = blackHole(filling)) {
            HttpSpec spec = new HttpSpec(
                    "api",
                    URI.create("http://127.0.0.1:" + server.getLocalPort()),
                    Duration.ofMillis(100),
                    null,
                    Map.of(),
                    List.of(),
                    false,
                    Duration.ofSeconds(10),
                    64);
            try (Front front = new Front(VERTX, new HttpOrigin(VERTX, spec, (route, open) -> states.add(open)))) {
                for (int i = 0; i < 5; i++) {
                    RawClient.get(front.port(), "/");
                    assertEquals(Reason.DOWN, reason(front));
                }
                assertEquals(List.of(true), states);
            }
        } finally {
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }

    @Test
    void only_timeouts_in_a_row_open_the_breaker_and_a_client_s_slow_body_is_none() throws Exception {
        List<Boolean> states = new CopyOnWriteArrayList<>();
        try (RawOrigin origin = new RawOrigin((request, out) -> {
            if (request.head().contains("/slow")) {
                request.in().read();
            } else {
                RawOrigin.write(out, OK);
            }
        })) {
            HttpSpec spec = Front.spec("http://127.0.0.1:" + origin.port(), Duration.ofMillis(60));
            try (Front front = new Front(VERTX, new HttpOrigin(VERTX, spec, (route, open) -> states.add(open)))) {
                for (int i = 0; i < 6; i++) {
                    try (RawClient client = new RawClient(front.port())) {
                        client.send("POST /slow HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n\r\n")
                                .until("\r\n\r\n");
                    }
                    assertEquals(Reason.TIMEOUT, reason(front));
                }
                for (int i = 0; i < 8; i++) {
                    RawClient.get(front.port(), i == 4 ? "/" : "/slow");
                }
                assertEquals(List.of(), states);
                RawClient.get(front.port(), "/slow");
                RawClient.get(front.port(), "/slow");
                assertEquals(List.of(true), states);
            }
        }
    }

    @Test
    void what_is_not_http_is_broken() throws Exception {
        for (String answer : List.of(
                "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 1000 High\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Unasked\r\nUpgrade: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "SSH-2.0-OpenSSH\r\n\r\n")) {
            try (RawOrigin origin = new RawOrigin(answer);
                    Front front = new Front(VERTX, Front.spec(origin.port()))) {
                assertTrue(RawClient.get(front.port(), "/").startsWith("HTTP/1.1 502"), answer);
                assertEquals(Reason.BROKEN, reason(front), answer);
            }
        }
    }

    @Test
    void statuses_up_to_999_pass() {
        for (int status : new int[] {418, 600, 999}) {
            try (RawOrigin origin = new RawOrigin("HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\nok");
                    Front front = new Front(VERTX, Front.spec(origin.port()))) {
                assertTrue(RawClient.get(front.port(), "/").startsWith("HTTP/1.1 " + status));
            }
        }
    }

    /** Answers each connection's first request, and closes at its second. */
    private static RawOrigin closingAtTheSecond(AtomicInteger asked) {
        return new RawOrigin((request, out) -> {
            asked.incrementAndGet();
            if (request.head().contains("/again")) {
                if (asked.get() == 2) {
                    request.socket().close();
                    return;
                }
            }
            RawOrigin.write(out, OK);
        });
    }

    @Test
    void a_get_on_a_connection_gone_stale_is_sent_once_more() {
        AtomicInteger asked = new AtomicInteger();
        try (RawOrigin origin = closingAtTheSecond(asked);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient.get(front.port(), "/");
            assertTrue(RawClient.get(front.port(), "/again").endsWith("ok"));
            assertEquals(3, asked.get());
            assertEquals(2, origin.connections.get());
        }
    }

    @Test
    void a_post_is_never_sent_twice() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (RawOrigin origin = closingAtTheSecond(asked);
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient.get(front.port(), "/");
            front.answers.clear();
            String heard = RawClient.ask(
                    front.port(), "POST /again HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            assertTrue(heard.startsWith("HTTP/1.1 503"), heard);
            assertEquals(Reason.DOWN, reason(front));
            assertEquals(2, asked.get());
        }
    }

    @Test
    void a_client_that_leaves_makes_the_origin_be_left() throws Exception {
        try (RawOrigin origin = new RawOrigin((request, out) -> request.in().read());
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient client = new RawClient(front.port()).send("GET / HTTP/1.1\r\nHost: g\r\n\r\n");
            origin.head();
            client.close();
            assertEquals("end", origin.closed.poll(10, TimeUnit.SECONDS));
        }
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
                    request.in().read();
                });
                Front front = new Front(VERTX, Front.spec(origin.port()))) {
            RawClient client = new RawClient(front.port()).send("GET / HTTP/1.1\r\nHost: g\r\n\r\n");
            client.until("ok");
            client.close();
            assertEquals("end", origin.closed.poll(10, TimeUnit.SECONDS));
            assertInstanceOf(Throwable.class, front.end());
        }
    }

    @Test
    void more_than_may_wait_are_refused_at_once_and_those_waiting_in_time() throws Exception {
        try (RawOrigin origin = new RawOrigin((request, out) -> request.in().read())) {
            HttpSpec spec = new HttpSpec(
                    "api",
                    URI.create("http://127.0.0.1:" + origin.port()),
                    Duration.ofMillis(1500),
                    null,
                    Map.of(),
                    List.of(),
                    false,
                    Duration.ofSeconds(1),
                    1);
            try (Front front = new Front(VERTX, spec)) {
                List<RawClient> clients = new ArrayList<>();
                for (int i = 0; i < 262; i++) {
                    clients.add(new RawClient(front.port()).send("GET / HTTP/1.1\r\nHost: g\r\n\r\n"));
                }
                int overloaded = 0;
                int timeouts = 0;
                for (int i = 0; i < 262; i++) {
                    switch (reason(front)) {
                        case OVERLOADED -> overloaded++;
                        case TIMEOUT -> timeouts++;
                        default -> {}
                    }
                }
                // One is at the origin and 256 may wait; who waited may still get the connection just before its time
                // is
                // up.
                assertEquals(262, overloaded + timeouts);
                assertTrue(overloaded >= 5 && timeouts >= 1, overloaded + " refused, " + timeouts + " timed out");
                clients.forEach(RawClient::close);
            }
        }
    }
}
