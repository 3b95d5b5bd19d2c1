package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Slots: never more in flight than there are, and each comes back however its request ends. */
class SlotsIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int QUOTA = 8;
    private static final int THREADS = 16;
    private static final int EACH = 200;
    private static final AtomicInteger INSIDE = new AtomicInteger();
    private static final AtomicInteger MOST_INSIDE = new AtomicInteger();
    private static volatile CountDownLatch held = new CountDownLatch(0);
    private static final Upstream UPSTREAM = new Upstream(SlotsIT::answer);
    private static final String YAML = """
            limits:
              slots: { algorithm: concurrency, quota: 8, key: [] }
              line:  { algorithm: concurrency, quota: 1, key: [], on-limit: delay, max-delay: 20s }
            routes:
              held:   { path: /held, limits: [slots], http: { url: "%1$s", timeout: 20s } }
              line:   { path: /line, limits: [line], http: { url: "%1$s", timeout: 20s } }
              cached: { path: "/cached/{id}", limits: [slots], cache: { ttl: 1s }, http: { url: "%1$s", timeout: 300ms } }
              other:  { path: "/{kind}", limits: [slots], http: { url: "%1$s", timeout: 300ms } }
            """.formatted(UPSTREAM.url());

    private static SluiceProcess sluice;

    @BeforeAll
    static void start() {
        sluice = SluiceProcess.setup(YAML).start();
    }

    @AfterAll
    static void end() {
        held.countDown();
        sluice.close();
        UPSTREAM.close();
    }

    /** Those that nobody breaks off are counted while they are here: until before their last byte goes out. */
    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException, InterruptedException {
        String path = asked.target();
        if (path.startsWith("/whole") || path.startsWith("/cached")) {
            MOST_INSIDE.accumulateAndGet(INSIDE.incrementAndGet(), Math::max);
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(10));
            INSIDE.decrementAndGet();
        }
        if (path.equals("/held") || path.equals("/line")) {
            held.await();
            wire.ok("held");
        } else if (path.equals("/whole-error")) {
            wire.reply(500, "", "no");
        } else if (path.equals("/whole-304")) {
            wire.write("HTTP/1.1 304 X\r\nETag: \"a\"\r\n\r\n");
        } else if (path.equals("/broken")) {
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            throw new IOException("broken off");
        } else if (path.equals("/dead")) {
            throw new IOException("no answer");
        } else if (path.equals("/silent") || path.equals("/reset")) {
            wire.in().read();
            throw new IOException("the gateway went");
        } else if (path.equals("/endless")) {
            wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                wire.write("400\r\n" + "x".repeat(1024) + "\r\n");
            }
        } else if (path.equals("/socket")) {
            wire.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            for (int c = wire.in().read(); c >= 0; c = wire.in().read()) {
                wire.out().write(c);
                wire.out().flush();
            }
            throw new IOException("closed");
        } else if (asked.method().equals("HEAD")) {
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        } else {
            wire.ok("whole");
        }
    }

    private static String request(String method, String path, String fields) {
        return method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    }

    private static final List<String> KINDS = List.of(
            "whole", "head", "error", "304", "broken", "dead", "silent", "gone", "endless", "socket", "upload", "reset",
            "cached", "half");

    /** One request of a kind to whatever end it comes; the status, or 0 where none came. */
    private static int once(String kind, int number, HttpClient http2) {
        if (kind.equals("reset")) {
            CompletableFuture<HttpResponse<Void>> reply = http2.sendAsync(
                    HttpRequest.newBuilder(URI.create(sluice.base() + "/reset")).build(),
                    HttpResponse.BodyHandlers.discarding());
            try {
                return reply.get(number % 60 + 1, TimeUnit.MILLISECONDS).statusCode();
            } catch (InterruptedException
                    | java.util.concurrent.ExecutionException
                    | java.util.concurrent.TimeoutException e) {
                reply.cancel(true);
                return 0;
            }
        }
        try (Raw raw = new Raw(sluice.port)) {
            return switch (kind) {
                case "head" ->
                    raw.send(request("HEAD", "/whole-head", "")).head().status();
                case "error", "304" ->
                    raw.send(request("GET", "/whole-" + kind, "")).read().status();
                case "cached" ->
                    raw.send(request("GET", "/cached/" + number % 5, "")).read().status();
                case "gone", "half" -> {
                    raw.send(request("GET", kind.equals("gone") ? "/silent" : "/whole", ""));
                    yield 0;
                }
                case "endless" ->
                    raw.send(request("GET", "/endless", "")).head().status();
                case "upload" ->
                    raw.send(request("POST", "/whole-upload", "Content-Length: 100000\r\n") + "part")
                            .head()
                            .status();
                case "socket" -> {
                    int status = raw.send(request("GET", "/socket", "Connection: Upgrade\r\nUpgrade: websocket\r\n"))
                            .head()
                            .status();
                    yield status == 101 ? raw.send("e").in.read() == 'e' ? 101 : -1 : status;
                }
                default -> raw.send(request("GET", "/" + kind, "")).read().status();
            };
        } catch (UncheckedIOException | IOException brokenOff) {
            return 0;
        }
    }

    private static int held(List<Raw> open, String path) {
        Raw raw = new Raw(sluice.port).send(request("GET", path, ""));
        open.add(raw);
        return open.size();
    }

    @Test
    void every_slot_is_free_after_every_kind_of_ending() throws InterruptedException {
        Map<String, Map<Integer, AtomicInteger>> seen = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (int t = 0; t < THREADS; t++) {
            int offset = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < EACH; i++) {
                    String kind = KINDS.get((i * 5 + offset) % KINDS.size());
                    int status = once(kind, i, http2);
                    for (int more = 0; status == 429 && more < 50; more++) {
                        status = once(kind, i, http2);
                    }
                    seen.computeIfAbsent(kind, k -> new ConcurrentHashMap<>())
                            .computeIfAbsent(status, s -> new AtomicInteger())
                            .incrementAndGet();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(120_000);
        }
        assertTrue(metric("sluice_decisions_total{decision=\"allowed\",limit=\"slots\"}") > 1_000, "few were let in");
        for (String kind : List.of("whole", "head", "cached")) {
            assertSeen(seen, kind, 200);
        }
        assertSeen(seen, "error", 500);
        assertSeen(seen, "304", 304);
        assertSeen(seen, "socket", 101);
        assertSeen(seen, "silent", 504);
        assertTrue(
                metric("sluice_decisions_total{decision=\"denied\",limit=\"slots\"}") > 100,
                "slots were never missing");
        assertTrue(MOST_INSIDE.get() > 1 && MOST_INSIDE.get() <= QUOTA, MOST_INSIDE + " at once");
        allSlotsAreFree();
    }

    private static void assertSeen(Map<String, Map<Integer, AtomicInteger>> seen, String kind, int status) {
        Map<Integer, AtomicInteger> statuses = seen.getOrDefault(kind, Map.of());
        assertTrue(statuses.containsKey(status), kind + ": " + statuses);
    }

    /** Exactly the quota can be held, and one more is denied. */
    private static void allSlotsAreFree() {
        CountDownLatch latch = new CountDownLatch(1);
        held = latch;
        int before = UPSTREAM.asked("/held").size();
        List<Raw> open = new ArrayList<>();
        try {
            await().atMost(SOON).until(() -> {
                for (int i = UPSTREAM.asked("/held").size() - before; i < QUOTA; i++) {
                    held(open, "/held");
                }
                return UPSTREAM.asked("/held").size() - before == QUOTA;
            });
            assertEquals(429, Raw.once(sluice.port, request("GET", "/held", "")).status());
        } finally {
            latch.countDown();
            open.forEach(Raw::close);
        }
    }

    @Test
    void a_tunnel_holds_its_slot_until_it_is_closed() {
        List<Raw> tunnels = new ArrayList<>();
        try {
            await().atMost(SOON).until(() -> {
                Raw raw = new Raw(sluice.port)
                        .send(request("GET", "/socket", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
                if (raw.head().status() == 101) {
                    tunnels.add(raw);
                } else {
                    raw.close();
                }
                return tunnels.size() == QUOTA;
            });
            assertEquals(
                    429, Raw.once(sluice.port, request("GET", "/whole", "")).status());
        } finally {
            tunnels.forEach(Raw::close);
        }
        await().atMost(SOON)
                .until(() -> Raw.once(sluice.port, request("GET", "/whole", "")).status() == 200);
    }

    @Test
    void a_slot_that_comes_free_goes_to_the_first_who_waits_for_it() {
        CountDownLatch latch = new CountDownLatch(1);
        held = latch;
        List<Raw> open = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                held(open, "/line");
            }
            await().atMost(SOON).until(() -> waiting() == 4);
            assertEquals(1, UPSTREAM.asked("/line").size());
            open.get(2).close();
            await().atMost(SOON).until(() -> waiting() == 3);
            latch.countDown();
            for (int i = 0; i < 5; i++) {
                if (i != 2) {
                    assertEquals(200, open.get(i).read().status());
                }
            }
            assertEquals(4, UPSTREAM.asked("/line").size());
        } finally {
            open.forEach(Raw::close);
        }
    }

    private static int waiting() {
        return (int) metric("sluice_delayed_waiting{limit=\"line\"}");
    }

    private static double metric(String name) {
        return sluice.management("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
