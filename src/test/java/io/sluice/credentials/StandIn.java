package io.sluice.credentials;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A provider on a loopback port: what is asked of it is checked to the letter, and it can be made to fail. */
public abstract class StandIn implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final List<String> foreign = new CopyOnWriteArrayList<>();
    private volatile @Nullable Answer instead;
    private volatile boolean silent;

    /** What it answers. */
    protected record Answer(int status, String body) {}

    /** A request that is none of the API's. */
    protected static final class Foreign extends RuntimeException {
        private static final long serialVersionUID = 1;

        protected Foreign(String what) {
            super(what);
        }
    }

    protected StandIn() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** @param target path and query as they came */
    protected abstract Answer answer(String method, String target, HttpExchange exchange, String body);

    private void serve(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        try (exchange) {
            if (silent) {
                end.await();
                return;
            }
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer;
            try {
                answer = answer(
                        exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange, body);
                Answer other = instead;
                answer = other == null ? answer : other;
            } catch (Foreign request) {
                foreign.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + request.getMessage());
                answer = new Answer(400, "");
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    protected static void expect(boolean holds, String what) {
        if (!holds) {
            throw new Foreign(what);
        }
    }

    protected static void expectHeader(HttpExchange exchange, String name, String value) {
        String found = exchange.getRequestHeaders().getFirst(name);
        expect(value.equals(found), name + " is " + found);
    }

    public void answersInstead(int status, String body) {
        instead = new Answer(status, body);
    }

    public void answersAgain() {
        instead = null;
        silent = false;
    }

    /** Takes requests and never answers. */
    public void fallsSilent() {
        silent = true;
    }

    public int asked() {
        return asked.get();
    }

    /** Requests that the real one would not understand. */
    public List<String> foreign() {
        return foreign;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
