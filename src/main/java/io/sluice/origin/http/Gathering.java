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
    private final int small;
    private final Promise<Gathered> promise = Promise.promise();
    private @Nullable Runnable large;
    private @Nullable Buffer parts;
    private boolean single;

    /** @param large told, once, when more than {@code small} bytes came of a body that goes on */
    Gathering(HttpStreaming answer, int max, int small, Runnable large) {
        this.answer = answer;
        this.max = max;
        this.small = small;
        this.large = large;
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

    /** Shares the bytes; they stay as they are when more come. */
    Buffer slice(int from, int to) {
        return body().slice(from, to);
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
        if (isOver()) {
            answer.more();
        } else if (size() > max) {
            answer.tooLarge(this);
        } else {
            answer.going(this);
            answer.more();
            if (size() > small) {
                isLarge();
            }
        }
    }

    private boolean isOver() {
        return promise.future().isComplete();
    }

    /** Said once, and not of a body that is whole already. */
    void isLarge() {
        Runnable told = large;
        large = null;
        if (told != null && !isOver()) {
            told.run();
        }
    }

    void larger() {
        promise.tryComplete(new Gathered.Larger(answer));
    }

    void whole(MultiMap trailers) {
        promise.tryComplete(new Gathered.Whole(body(), trailers));
    }

    void failed(Throwable problem) {
        promise.tryFail(problem);
    }
}
