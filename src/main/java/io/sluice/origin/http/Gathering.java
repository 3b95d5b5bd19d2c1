package io.sluice.origin.http;

import io.sluice.origin.Answer.Gathered;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A body being read whole, up to a limit. It has its deadline, which each part starts anew: nobody else watches the origin
 * meanwhile.
 */
final class Gathering extends Deadlines.Waiting implements Handler<Buffer> {
    private final HttpStreaming answer;
    private final int max;
    private final Promise<Gathered> promise = Promise.promise();
    private @Nullable Buffer parts;
    private boolean single;

    Gathering(HttpStreaming answer, int max) {
        this.answer = answer;
        this.max = max;
    }

    Future<Gathered> future() {
        return promise.future();
    }

    int size() {
        return parts == null ? 0 : parts.length();
    }

    Buffer body() {
        return parts == null ? Buffer.buffer() : parts;
    }

    @Override
    void expired() {
        answer.stalled();
    }

    @Override
    public void handle(Buffer part) {
        Buffer before = parts;
        if (before == null) {
            // Most bodies come in one part, which then needs no copy.
            parts = part;
            single = true;
        } else {
            parts = single ? Buffer.buffer(before.length() * 2 + part.length()).appendBuffer(before) : before;
            single = false;
            parts.appendBuffer(part);
        }
        if (promise.future().isComplete()) {
            return;
        }
        if (size() > max) {
            answer.tooLarge(this);
            promise.tryComplete(new Gathered.Larger(answer));
        } else {
            answer.going(this);
        }
    }

    void whole(MultiMap trailers) {
        promise.tryComplete(new Gathered.Whole(body(), trailers));
    }

    void failed(Throwable problem) {
        promise.tryFail(problem);
    }
}
