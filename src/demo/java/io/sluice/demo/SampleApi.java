package io.sluice.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The HTTP API that the demo guards, on a free loopback port. Each answer carries {@code served}, the number of
 * requests that endpoint has answered: while it stands still, the gateway answers alone.
 *
 * <ul>
 *   <li>{@code /api/rates}: fresh for 30 s, with an {@code ETag}
 *   <li>{@code /api/reports/…}: takes 800 ms, fresh for 60 s
 *   <li>{@code /api/cart}: {@code no-store}
 *   <li>{@code /echo/…}: what arrived: method, path, headers and body
 * </ul>
 */
public final class SampleApi implements AutoCloseable {
    private static final int REPORT_MILLIS = 800;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(SampleApi::daemon);

    public SampleApi() {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private SampleApi(InetSocketAddress address) {
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("the sample API does not start", e);
        }
        server.setExecutor(threads);
        server.createContext("/api/rates", counted("max-age=30", SampleApi::rates));
        server.createContext("/api/reports/", counted("max-age=60", SampleApi::report));
        server.createContext(
                "/api/cart", counted("no-store", (exchange, served) -> "{\"items\":[],\"served\":" + served + "}"));
        server.createContext("/echo/", counted("no-store", SampleApi::echo));
        server.start();
    }

    /** Serves on all addresses until the process ends, as {@code deploy/compose.yaml} runs it: {@code java SampleApi.java PORT}. */
    @SuppressWarnings("resource") // it serves for as long as the process lives
    public static void main(String[] args) {
        new SampleApi(new InetSocketAddress(Integer.parseInt(args[0])));
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "sample-api");
        thread.setDaemon(true);
        return thread;
    }

    /** Scheme, address and port, without a path. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private interface Endpoint {
        /** The body, as JSON. */
        String answer(HttpExchange exchange, long served) throws IOException;
    }

    private static HttpHandler counted(String cacheControl, Endpoint endpoint) {
        AtomicLong served = new AtomicLong();
        return exchange -> {
            try (exchange) {
                byte[] body =
                        endpoint.answer(exchange, served.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.getResponseHeaders().set("Cache-Control", cacheControl);
                if (exchange.getRequestMethod().equals("HEAD")) {
                    exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
                    exchange.sendResponseHeaders(200, -1);
                } else {
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                }
            }
        };
    }

    private static String rates(HttpExchange exchange, long served) {
        exchange.getResponseHeaders().set("ETag", "\"rates-" + served + "\"");
        return "{\"base\":\"EUR\",\"CHF\":0.94,\"GBP\":0.86,\"USD\":1.08,\"served\":" + served + "}";
    }

    private static String report(HttpExchange exchange, long served) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(REPORT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while a report was made", e);
        }
        String name = exchange.getRequestURI().getPath().substring("/api/reports/".length());
        return "{\"report\":" + Json.text(name) + ",\"took_ms\":" + REPORT_MILLIS + ",\"served\":" + served + "}";
    }

    private static String echo(HttpExchange exchange, long served) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        return "{\"method\":" + Json.text(exchange.getRequestMethod())
                + ",\"path\":" + Json.text(exchange.getRequestURI().toString())
                + ",\"headers\":" + Json.object(headers)
                + ",\"body\":" + Json.text(body)
                + ",\"served\":" + served + "}";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
