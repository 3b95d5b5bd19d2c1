package io.sluice.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The HTTP API behind the fleet, on a free loopback port: 1 KiB on every path, and a list of who asked for what, when. */
final class CountingOrigin implements AutoCloseable {
    /** How long a path below {@code /hot/} takes, in ms. */
    static final int SLOW_MILLIS = 200;

    static {
        // of the JDK's server: Nagle's delay would be measured, and closing a quiet connection races with its next
        // request
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "600");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(CountingOrigin::daemon);
    private final Map<String, Queue<Call>> calls = new ConcurrentHashMap<>();
    private final byte[] body = "x".repeat(1024).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /**
     * One request that reached the origin.
     *
     * @param client its {@code X-API-Key}, or nothing
     * @param began {@link System#nanoTime} when it arrived
     */
    record Call(String client, long began) {}

    CountingOrigin() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("the origin does not start", e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "origin");
        thread.setDaemon(true);
        return thread;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String client = exchange.getRequestHeaders().getFirst("X-API-Key");
            calls.computeIfAbsent(path, any -> new ConcurrentLinkedQueue<>())
                    .add(new Call(client == null ? "" : client, System.nanoTime()));
            if (path.startsWith("/hot/")) {
                TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Scheme, address and port, without a path. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Counts from here on. */
    void forget() {
        calls.clear();
    }

    /** How often it was asked for each path. */
    Map<String, Integer> counts() {
        return calls.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, asked -> asked.getValue().size()));
    }

    /** What it was asked for below that path, the earliest first. */
    List<Call> below(String prefix) {
        return calls.entrySet().stream()
                .filter(asked -> asked.getKey().startsWith(prefix))
                .flatMap(asked -> asked.getValue().stream())
                .sorted((one, other) -> Long.compare(one.began(), other.began()))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
