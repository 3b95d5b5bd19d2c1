package io.sluice.origin.http;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.Origin;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The least of a gateway: passes every request to one origin, as the real one does. */
final class Front implements AutoCloseable {
    final Vertx vertx;
    final Origin origin;
    final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    /** The bytes each response came to, or why it did not end. */
    final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

    volatile boolean trusted;
    /** When set, bodies up to this size are read whole before they are sent. */
    volatile int gather = -1;
    /** What stops the reading of those, once, when it is asked to. */
    final CompletableFuture<Runnable> stop = new CompletableFuture<>();

    private final HttpServer server;

    Front(Vertx vertx, HttpSpec spec) {
        this(vertx, new HttpOrigin(vertx, spec));
    }

    Front(Vertx vertx, Origin origin) {
        this.vertx = vertx;
        this.origin = origin;
        HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        server = await(
                vertx.createHttpServer(options).requestHandler(this::handle).listen());
    }

    static HttpSpec spec(int originPort) {
        return spec("http://127.0.0.1:" + originPort, Duration.ofSeconds(5));
    }

    static HttpSpec spec(String url, Duration timeout) {
        return new HttpSpec(
                "api",
                java.net.URI.create(url),
                timeout,
                null,
                Map.of(),
                java.util.List.of(),
                false,
                Duration.ofSeconds(1),
                64);
    }

    static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.actualPort();
    }

    void handle(HttpServerRequest request) {
        request.pause();
        String host = request.getHeader("Host");
        Call.Peer peer = new Call.Peer(
                request.remoteAddress().hostAddress(),
                trusted,
                request.isSSL() ? "https" : "http",
                host == null ? request.authority().toString() : host);
        Call call = new Call(request.method(), request.uri(), request.headers(), Map.of(), peer, request);
        origin.ask(call).subscribe().with(answer -> answered(request, answer), this::surprised);
    }

    private void surprised(Throwable problem) {
        ends.add(problem);
    }

    private void answered(HttpServerRequest request, Answer answer) {
        answers.add(answer);
        if (answer instanceof Answer.Streaming streaming) {
            request.response().setStatusCode(streaming.status());
            request.response().headers().addAll(streaming.headers());
            if (gather >= 0) {
                Context loop = Vertx.currentContext();
                stop.complete(() -> loop.runOnContext(here -> streaming.stopGathering()));
                streaming.gather(gather, () -> {}).onComplete(gathered -> {
                    if (gathered.failed()) {
                        HttpStreaming.breakOff(request);
                        ends.add(gathered.cause());
                    } else if (gathered.result() instanceof Answer.Gathered.Whole whole) {
                        request.response().end(whole.body());
                        ends.add((long) whole.body().length());
                    } else if (gathered.result() instanceof Answer.Gathered.Larger larger) {
                        send(larger.rest(), request);
                    }
                });
            } else {
                send(streaming, request);
            }
        } else if (answer instanceof Answer.Failed failed && !request.response().closed()) {
            int status = switch (failed.reason()) {
                case DOWN, UNKNOWN, OVERLOADED -> 503;
                case TIMEOUT -> 504;
                case BROKEN -> 502;
                case CLIENT_LEFT -> 499;
            };
            request.response().setStatusCode(status).end(failed.detail());
        }
    }

    private void send(Answer.Streaming streaming, HttpServerRequest request) {
        streaming.sendTo(request).onComplete(sent -> {
            ends.add(sent.succeeded() ? sent.result() : sent.cause());
        });
    }

    /** What the last response came to. */
    Object end() {
        try {
            Object end = ends.poll(10, TimeUnit.SECONDS);
            return end == null ? "nothing" : end;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        await(server.close());
        origin.close();
    }
}
