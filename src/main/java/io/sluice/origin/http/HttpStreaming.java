package io.sluice.origin.http;

import io.sluice.origin.Answer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An origin's answer whose body is still at the origin, paused. */
final class HttpStreaming implements Answer.Streaming, Handler<Buffer> {
    /** Up to this length, in bytes, the head waits for the body's first part: both go in one write. */
    private static final long SMALL = 64 * 1024;
    /** HTTP/2's INTERNAL_ERROR. */
    private static final long INTERNAL_ERROR = 2;

    private final HttpClientResponse response;
    private final MultiMap headers;
    private final boolean bodyless;
    private final boolean switched;
    private final boolean closeAfter;
    private final long length;
    private final @Nullable Upload upload;
    private final Deadlines deadlines;

    private @Nullable Throwable failure;
    private @Nullable HttpServerRequest client;
    private @Nullable Promise<Long> sending;
    private @Nullable Gathering gathering;
    private Deadlines.@Nullable Waiting reading;
    private long sent;

    /**
     * @param closeAfter whether the connection is of no use afterwards
     * @param deadlines of the event loop that this is of
     */
    HttpStreaming(
            HttpClientResponse response,
            HttpMethod method,
            boolean switched,
            boolean closeAfter,
            @Nullable Upload upload,
            Deadlines deadlines) {
        this.response = response;
        this.switched = switched;
        this.closeAfter = closeAfter || closes(response);
        this.upload = upload;
        this.deadlines = deadlines;
        int status = response.statusCode();
        bodyless = method.equals(HttpMethod.HEAD) || status == 204 || status == 304;
        length = response.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? -1 : length(response.headers());
        String upgraded = switched ? response.getHeader(HttpHeaders.UPGRADE) : null;
        headers = ResponseHeaders.endToEnd(response.headers(), !switched && response.version() == HttpVersion.HTTP_1_1);
        if (upgraded != null) {
            headers.set(HttpHeaders.CONNECTION, "Upgrade");
            headers.set(HttpHeaders.UPGRADE, upgraded);
        }
        response.pause();
        response.exceptionHandler(this::failed);
    }

    /** The client only closes for {@code close} alone, not for {@code close} among others. */
    private static boolean closes(HttpClientResponse response) {
        String connection = response.getHeader(HttpHeaders.CONNECTION);
        return connection != null
                && !connection.equalsIgnoreCase("keep-alive")
                && HeaderNames.holds(response.headers().getAll(HttpHeaders.CONNECTION), "close");
    }

    private static long length(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException notOne) {
            return -1;
        }
    }

    @Override
    public int status() {
        return response.statusCode();
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public boolean switched() {
        return switched;
    }

    @Override
    public Future<Long> sendTo(HttpServerRequest to) {
        if (failure != null || to.response().closed()) {
            breakOff(to);
            giveUp();
            return Future.failedFuture(failure != null ? failure : new IllegalStateException("the client left"));
        }
        if (switched) {
            return Tunnel.open(response, to);
        }
        client = to;
        Promise<Long> promise = Promise.promise();
        sending = promise;
        HttpServerResponse out = to.response();
        out.exceptionHandler(gone -> clientLeft(gone));
        if (bodyless || to.method().equals(HttpMethod.HEAD)) {
            drain();
            finish(out, null);
            return promise.future();
        }
        if (length < 0 && to.version() == HttpVersion.HTTP_1_1) {
            out.setChunked(true);
        }
        Gathering before = gathering;
        if (before != null && before.size() > 0) {
            gathering = null;
            handle(before.body());
        } else if (length < 0 || length > SMALL) {
            headSoon(out);
        }
        out.drainHandler(drained -> response.resume());
        response.handler(this);
        response.endHandler(end -> ended());
        if (!out.writeQueueFull()) {
            response.resume();
        }
        return promise.future();
    }

    /** Sends the head on its own unless the body's first part is in the bytes just being read. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private static void headSoon(HttpServerResponse out) {
        ContextInternal context = (ContextInternal) Vertx.currentContext();
        if (context != null) {
            context.runOnContext(later -> {
                if (!out.headWritten() && !out.ended() && !out.closed()) {
                    out.writeHead();
                }
            });
        }
    }

    @Override
    @SuppressWarnings("NullAway") // no handler is asked for on purpose
    public void handle(Buffer part) {
        HttpServerRequest to = client;
        if (to == null || sending == null) {
            return;
        }
        HttpServerResponse out = to.response();
        sent += part.length();
        if (sent == length) {
            finish(out, part);
            return;
        }
        out.write(part, null);
        if (out.writeQueueFull()) {
            response.pause();
        }
    }

    private void ended() {
        over();
        HttpServerRequest to = client;
        if (to == null || sending == null) {
            return;
        }
        HttpServerResponse out = to.response();
        MultiMap trailers = response.trailers();
        if (!trailers.isEmpty() && to.version() != HttpVersion.HTTP_1_0) {
            out.trailers().addAll(ResponseHeaders.trailers(trailers));
        }
        finish(out, null);
        if (length < 0 && to.version() == HttpVersion.HTTP_1_0) {
            // Without a length only the connection's end tells the body's.
            out.close();
        }
    }

    @SuppressWarnings("NullAway")
    private void finish(HttpServerResponse out, @Nullable Buffer last) {
        Promise<Long> done = sending;
        sending = null;
        if (last == null) {
            out.end((Handler<io.vertx.core.AsyncResult<Void>>) null);
        } else {
            out.end(last, null);
        }
        if (upload != null) {
            Upload.settle(upload, Vertx.currentContext().owner());
        }
        if (done != null) {
            done.complete(sent);
        }
    }

    /** The origin's last byte is here. */
    private void over() {
        if (closeAfter) {
            response.request().connection().close();
        }
    }

    private void failed(Throwable problem) {
        failure = problem;
        if (upload != null) {
            upload.stop();
        }
        Promise<Long> cut = sending;
        sending = null;
        if (cut != null && client != null) {
            breakOff(client);
            cut.tryFail(problem);
        }
        if (reading != null) {
            deadlines.stop(reading);
        }
        if (gathering != null) {
            gathering.failed(problem);
        }
    }

    private void clientLeft(Throwable problem) {
        Promise<Long> cut = sending;
        sending = null;
        if (cut != null) {
            giveUp();
            cut.tryFail(problem);
        }
    }

    private void giveUp() {
        if (upload != null) {
            upload.stop();
        }
        response.request().reset();
    }

    /** Makes a client see that its response is not whole. */
    static void breakOff(HttpServerRequest client) {
        if (client.version() == HttpVersion.HTTP_2) {
            client.response().reset(INTERNAL_ERROR);
        } else {
            client.connection().close();
        }
    }

    @Override
    public Future<Answer.Gathered> gather(int max) {
        if (failure != null) {
            return Future.failedFuture(failure);
        }
        if (bodyless) {
            drain();
            return Future.succeededFuture(new Answer.Gathered.Whole(Buffer.buffer(), HttpHeaders.headers()));
        }
        if (length > max) {
            return Future.succeededFuture(new Answer.Gathered.Larger(this));
        }
        Gathering parts = new Gathering(this, max);
        gathering = parts;
        reading = parts;
        deadlines.start(parts);
        response.handler(parts);
        response.endHandler(end -> {
            deadlines.stop(parts);
            over();
            parts.whole(ResponseHeaders.trailers(response.trailers()));
        });
        response.resume();
        return parts.future();
    }

    /** More came than wanted: the rest stays at the origin. */
    void tooLarge(Gathering parts) {
        deadlines.stop(parts);
        response.pause();
    }

    /** A part came. */
    void going(Deadlines.Waiting reading) {
        deadlines.start(reading);
    }

    /** Nothing more came in time of a body that is read here. */
    void stalled() {
        failed(new TimeoutException("the origin did not go on in time"));
        giveUp();
    }

    /** Reads the body to its end, so that the connection may be used again. */
    private void drain() {
        Draining draining = new Draining(this);
        reading = draining;
        deadlines.start(draining);
        response.handler(draining);
        response.endHandler(end -> {
            deadlines.stop(draining);
            over();
        });
        response.resume();
    }

    /** A body that nobody wants. */
    private static final class Draining extends Deadlines.Waiting implements Handler<Buffer> {
        private final HttpStreaming answer;

        Draining(HttpStreaming answer) {
            this.answer = answer;
        }

        @Override
        public void handle(Buffer part) {
            answer.going(this);
        }

        @Override
        void expired() {
            answer.stalled();
        }
    }

    @Override
    public void discard() {
        if (bodyless || length >= 0 && length <= SMALL) {
            drain();
        } else {
            giveUp();
        }
    }
}
