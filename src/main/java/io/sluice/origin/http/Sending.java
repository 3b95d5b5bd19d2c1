package io.sluice.origin.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import org.jspecify.annotations.Nullable;

/**
 * An answer's body on its way to one client: first what was kept of it, as fast as the client takes it; then each part as
 * it comes, with backpressure.
 */
final class Sending implements Handler<Buffer> {
    /** How much of what was kept goes in one write, in bytes. */
    private static final int PIECE = 64 * 1024;

    private static final @Nullable Handler<AsyncResult<Void>> UNHEARD = null;

    private final HttpStreaming answer;
    private final HttpServerRequest to;
    private final HttpServerResponse out;
    private final long length;
    private final Promise<Long> promise = Promise.promise();
    private @Nullable Gathering kept;
    private @Nullable Throwable problem;
    private long sent;
    private boolean over;

    /**
     * @param length the body's, as the origin told it; negative where it did not
     * @param kept what was read already, and goes on being read at the origin's speed; null for none
     */
    Sending(HttpStreaming answer, HttpServerRequest to, long length, @Nullable Gathering kept) {
        this.answer = answer;
        this.to = to;
        this.out = to.response();
        this.length = length;
        this.kept = kept;
    }

    Future<Long> future() {
        return promise.future();
    }

    /** Whether nothing more is to be written: all is, or the client left. */
    boolean isOver() {
        return over;
    }

    /** Whether the client gets a head alone. */
    boolean isHeadAlone() {
        return to.method().equals(HttpMethod.HEAD) || out.getStatusCode() == 304;
    }

    void start() {
        out.exceptionHandler(this::left);
        if (length < 0 && to.version() == HttpVersion.HTTP_1_1) {
            out.setChunked(true);
        }
        Gathering before = kept;
        if (before == null ? length < 0 || length > HttpStreaming.SMALL : before.size() == 0) {
            headSoon();
        }
        out.drainHandler(drained -> drained());
        if (before != null) {
            more();
        }
    }

    /** Sends the head on its own unless the body's first part is in the bytes just being read. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void headSoon() {
        ContextInternal context = (ContextInternal) Vertx.currentContext();
        if (context != null) {
            context.runOnContext(later -> {
                if (!out.headWritten() && !out.ended() && !out.closed()) {
                    out.writeHead();
                }
            });
        }
    }

    private void drained() {
        if (kept != null) {
            more();
        } else {
            answer.resume();
        }
    }

    @Override
    public void handle(Buffer part) {
        if (!over) {
            write(part);
            if (isFull()) {
                answer.pause();
            }
        }
    }

    boolean isFull() {
        return !over && out.writeQueueFull();
    }

    /** Sends of what was kept as much as the client takes now. */
    void more() {
        Gathering from = kept;
        if (from == null) {
            return;
        }
        while (!over && sent < from.size() && !out.writeQueueFull()) {
            write(from.slice((int) sent, (int) Math.min(from.size(), sent + PIECE)));
        }
        if (!over && sent == from.size()) {
            answer.caughtUp(this);
        }
    }

    /** All that was kept is sent: from now on each part goes as it comes. */
    void keepsNothing() {
        kept = null;
    }

    private void write(Buffer part) {
        sent += part.length();
        if (sent == length) {
            finish(part);
        } else {
            out.write(part, UNHEARD);
        }
    }

    /** Whether the body has all the bytes that its length announced. */
    boolean isWhole() {
        return length < 0 || over || sent >= length;
    }

    /** Nothing more comes, and all that came is sent. */
    void end(MultiMap trailers) {
        if (over) {
            return;
        }
        if (!trailers.isEmpty() && to.version() != HttpVersion.HTTP_1_0) {
            out.trailers().addAll(ResponseHeaders.trailers(trailers));
        }
        finish(null);
        if (length < 0 && to.version() == HttpVersion.HTTP_1_0) {
            // Without a length only the connection's end tells the body's.
            out.close();
        }
    }

    void finish(@Nullable Buffer last) {
        over = true;
        kept = null;
        if (last == null) {
            out.end(UNHEARD);
        } else {
            out.end(last, UNHEARD);
        }
        answer.sent(this);
    }

    private void left(Throwable gone) {
        if (!over) {
            leave(gone);
        }
    }

    /** The client has gone. */
    void leave(Throwable gone) {
        over = true;
        kept = null;
        problem = gone;
        answer.left(this);
    }

    /** The origin broke off. */
    void breakOff(Throwable broken) {
        if (!over) {
            over = true;
            kept = null;
            problem = broken;
            HttpStreaming.breakOff(to);
        }
        complete();
    }

    /** Nothing is done for this client any more. */
    void complete() {
        if (problem == null) {
            promise.tryComplete(sent);
        } else {
            promise.tryFail(problem);
        }
    }
}
