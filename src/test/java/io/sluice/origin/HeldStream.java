package io.sluice.origin;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** An answer whose body comes when the test says so. */
public final class HeldStream implements Answer.Streaming {
    public final Promise<Answer.Gathered> gathering = Promise.promise();
    public final Promise<Long> sending = Promise.promise();
    public volatile boolean stopped;

    @Override
    public int status() {
        return 200;
    }

    @Override
    public MultiMap headers() {
        return HttpHeaders.headers();
    }

    @Override
    public boolean switched() {
        return false;
    }

    @Override
    public Future<Long> sendTo(HttpServerRequest client) {
        return sending.future();
    }

    @Override
    public Future<Answer.Gathered> gather(int max, Runnable large) {
        return gathering.future();
    }

    @Override
    public void stopGathering() {
        stopped = true;
    }

    @Override
    public void discard() {}
}
