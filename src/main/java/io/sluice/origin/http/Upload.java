package io.sluice.origin.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** A client's body on its way to the origin, no faster than the origin takes it. */
final class Upload implements Handler<Buffer> {
    /** Milliseconds that a client gets to finish a body that nobody reads: closing at once would cost it the answer. */
    private static final long LINGER = 2_000;

    private final HttpServerRequest client;
    private final HttpClientRequest origin;
    private final Runnable progress;
    private final Runnable broken;
    private long length = -1;
    private long sent;
    private boolean headSent;
    private boolean originEnded;
    private boolean clientEnded;
    private boolean stopped;

    /**
     * @param progress called whenever some of the body passed
     * @param broken called when the client breaks it off
     */
    Upload(HttpServerRequest client, HttpClientRequest origin, Runnable progress, Runnable broken) {
        this.client = client;
        this.origin = origin;
        this.progress = progress;
        this.broken = broken;
    }

    /** Whether a body may come: in HTTP/1 the head says so, in HTTP/2 only the stream's end does. */
    static boolean expected(HttpServerRequest client, MultiMap theirs) {
        String length = theirs.get(HttpHeaders.CONTENT_LENGTH);
        if (length != null && !theirs.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return !length.equals("0");
        }
        return client.version() == HttpVersion.HTTP_2
                ? !client.isEnded()
                : theirs.contains(HttpHeaders.TRANSFER_ENCODING);
    }

    @SuppressWarnings(
            "NullAway") // the client asks for no handler's sake: a promise per write would be made for nothing
    static void end(HttpClientRequest request) {
        request.end((Handler<AsyncResult<Void>>) null);
    }

    void start(MultiMap theirs, MultiMap fields) {
        String declared = theirs.get(HttpHeaders.CONTENT_LENGTH);
        if (declared != null && !theirs.contains(HttpHeaders.TRANSFER_ENCODING)) {
            length = Long.parseLong(declared);
            fields.set(HttpHeaders.CONTENT_LENGTH, declared);
        }
        origin.drainHandler(drained -> resume());
        client.handler(this);
        client.endHandler(ended -> clientEnd());
        client.exceptionHandler(problem -> broken());
        String expect = theirs.get(HttpHeaders.EXPECT);
        if (expect != null && client.version() != HttpVersion.HTTP_1_0) {
            fields.set(HttpHeaders.EXPECT, expect);
            origin.continueHandler(go -> client.response().writeContinue());
            sendHead();
        } else if (length < 0 && !mayBeEmpty()) {
            sendHead();
        }
        client.resume();
    }

    /** HTTP/2 without a length, a method that seldom has a body: the head waits for the first byte or the end. */
    private boolean mayBeEmpty() {
        HttpMethod method = client.method();
        return client.version() == HttpVersion.HTTP_2
                && !method.equals(HttpMethod.POST)
                && !method.equals(HttpMethod.PUT)
                && !method.equals(HttpMethod.PATCH);
    }

    @SuppressWarnings("NullAway")
    private void sendHead() {
        headSent = true;
        if (length < 0) {
            origin.setChunked(true);
        }
        origin.sendHead(null);
    }

    @Override
    @SuppressWarnings("NullAway")
    public void handle(Buffer part) {
        if (stopped || originEnded) {
            return;
        }
        progress.run();
        sent += part.length();
        if (!headSent) {
            headSent = true;
            if (length < 0) {
                origin.setChunked(true);
            }
        }
        if (sent == length) {
            originEnded = true;
            origin.end(part, null);
            return;
        }
        origin.write(part, null);
        if (origin.writeQueueFull()) {
            client.pause();
        }
    }

    private void resume() {
        progress.run();
        if (!clientEnded) {
            client.resume();
        }
    }

    private void clientEnd() {
        clientEnded = true;
        if (!stopped && !originEnded) {
            originEnded = true;
            end(origin);
        }
    }

    private void broken() {
        if (!clientEnded && !stopped) {
            stop();
            origin.reset();
            broken.run();
        }
    }

    /** Whether the origin was given all of it, so that only the origin can be what is slow. */
    boolean complete() {
        return originEnded;
    }

    /** Nothing more goes to the origin. */
    void stop() {
        stopped = true;
    }

    /**
     * The answer is sent. If the client is still sending, the origin is left, and the client too unless it soon comes to
     * an end.
     */
    static void settle(@Nullable Upload upload, Vertx vertx) {
        if (upload == null || upload.clientEnded || upload.client.isEnded()) {
            return;
        }
        HttpServerRequest client = upload.client;
        upload.stop();
        if (!upload.originEnded) {
            upload.origin.reset();
        }
        client.resume();
        vertx.setTimer(LINGER, timer -> {
            if (!upload.clientEnded && !client.isEnded()) {
                HttpStreaming.breakOff(client);
            }
        });
    }
}
