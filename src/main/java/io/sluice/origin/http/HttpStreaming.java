package io.sluice.origin.http;

import io.sluice.origin.Answer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An origin's answer whose body is still at the origin, paused, until it is sent, gathered, or both. */
final class HttpStreaming implements Answer.Streaming {
    /** Up to this length, in bytes, a body is small: its head waits for its first part, and both go in one write. */
    static final int SMALL = 64 * 1024;
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
    private @Nullable Sending sending;
    private @Nullable Gathering gathering;
    private Deadlines.@Nullable Waiting reading;

    /** Whether the body is being read for its own sake, at the origin's speed. */
    private boolean filling;

    /** Whether nobody wants it but who reads it whole. */
    private boolean unwanted;

    private boolean ended;

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
        Throwable broken = failure;
        if (broken == null && switched && !to.response().closed()) {
            return Tunnel.open(response, to);
        }
        Sending client = new Sending(this, to, length, gathering);
        sending = client;
        if (broken != null) {
            giveUp();
            client.breakOff(broken);
        } else if (to.response().closed()) {
            if (!filling) {
                breakOff(to);
            }
            client.leave(new IllegalStateException("the client left"));
        } else if (bodyless || client.isHeadAlone()) {
            if (!filling) {
                discard();
            }
            client.finish(null);
        } else {
            client.start();
            if (gathering == null) {
                response.endHandler(end -> ended());
                passOn(client);
            }
        }
        return client.future();
    }

    /** Each part goes to the client as it comes. */
    private void passOn(Sending client) {
        response.handler(client);
        if (!client.isFull()) {
            response.resume();
        }
    }

    void pause() {
        response.pause();
    }

    void resume() {
        response.resume();
    }

    /** The client has all that was kept. */
    void caughtUp(Sending client) {
        if (ended) {
            client.end(response.trailers());
        } else if (!filling) {
            gathering = null;
            client.keepsNothing();
            passOn(client);
        }
    }

    /** The origin's last byte is here. */
    private void ended() {
        Gathering parts = gathering;
        Sending client = sending;
        if (filling && parts != null) {
            deadlines.stop(parts);
        }
        if (filling && parts != null && length >= 0 && parts.size() != length
                || parts == null && client != null && !client.isWhole()) {
            failed(new IOException("the body is not as long as it was said to be"));
            giveUp();
            return;
        }
        ended = true;
        closeIfOver();
        if (client != null && parts == null) {
            client.end(response.trailers());
        } else if (client != null) {
            client.more();
        }
        if (filling && parts != null) {
            filling = false;
            parts.whole(ResponseHeaders.trailers(response.trailers()));
            settle();
        }
    }

    private void closeIfOver() {
        if (closeAfter) {
            response.request().connection().close();
        }
    }

    /** The client has all it gets. What is still read of the body is read on its request's behalf. */
    void sent(Sending client) {
        if (upload != null) {
            Upload.settle(upload, Vertx.currentContext().owner());
        }
        if (!filling) {
            client.complete();
        }
    }

    void left(Sending client) {
        if (!filling) {
            giveUp();
            client.complete();
        }
    }

    /** The body is not read for its own sake any more: a client that had what it wanted is done with, too. */
    private void settle() {
        Sending client = sending;
        if (client != null && client.isOver()) {
            client.complete();
        }
    }

    private void failed(Throwable problem) {
        if (ended) {
            return;
        }
        failure = problem;
        filling = false;
        if (upload != null) {
            upload.stop();
        }
        if (sending != null) {
            sending.breakOff(problem);
        }
        if (reading != null) {
            deadlines.stop(reading);
        }
        if (gathering != null) {
            gathering.failed(problem);
        }
    }

    private void giveUp() {
        if (upload != null) {
            upload.stop();
        }
        if (!ended) {
            response.request().reset();
        }
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
    public Future<Answer.Gathered> gather(int max, Runnable large) {
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
        Gathering parts = new Gathering(this, max, SMALL, large);
        gathering = parts;
        reading = parts;
        filling = true;
        deadlines.start(parts);
        response.handler(parts);
        response.endHandler(end -> ended());
        response.resume();
        if (length > SMALL) {
            parts.isLarge();
        }
        return parts.future();
    }

    /** More came than wanted: the rest stays at the origin until the client has what came. */
    void tooLarge(Gathering parts) {
        deadlines.stop(parts);
        response.pause();
        filling = false;
        parts.larger();
        Sending client = sending;
        if (unwanted || client != null && client.isOver()) {
            giveUp();
            settle();
        } else {
            more();
        }
    }

    /** A part came. */
    void going(Deadlines.Waiting reading) {
        deadlines.start(reading);
    }

    /** A part was kept. */
    void more() {
        if (sending != null) {
            sending.more();
        }
    }

    /** Nothing more came in time of a body that is read here. A client that gets it meanwhile may wait as long as it likes. */
    void stalled() {
        TimeoutException late = new TimeoutException("the origin did not go on in time");
        Sending client = sending;
        if (filling && gathering != null && client != null && !client.isOver()) {
            response.pause();
            filling = false;
            gathering.failed(late);
            client.more();
        } else {
            failed(late);
            giveUp();
        }
    }

    @Override
    public void stopGathering() {
        Gathering parts = gathering;
        if (!filling || parts == null) {
            return;
        }
        if (sending == null && !unwanted) {
            tooLarge(parts); // who waits for the whole gets it as it comes
        } else {
            deadlines.stop(parts);
            stalled();
        }
    }

    /** Reads the body to its end, so that the connection may be used again. */
    private void drain() {
        Draining draining = new Draining(this);
        reading = draining;
        deadlines.start(draining);
        response.handler(draining);
        response.endHandler(end -> {
            deadlines.stop(draining);
            ended = true;
            closeIfOver();
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
        if (filling) {
            unwanted = true;
        } else if (!ended && (bodyless || length >= 0 && length <= SMALL)) {
            drain();
        } else {
            giveUp();
        }
    }
}
