package io.sluice.origin.http;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.Origin;
import io.sluice.origin.OriginObserver;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** An HTTP API, streamed both ways on Vert.x' client. */
public final class HttpOrigin implements Origin {
    public HttpOrigin(Vertx vertx, HttpSpec spec) {
        this(vertx, spec, OriginObserver.NONE);
    }

    public HttpOrigin(Vertx vertx, HttpSpec spec, OriginObserver observer) {}

    @Override
    public Uni<Answer> ask(Call call) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
