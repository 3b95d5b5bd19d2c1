package io.sluice.origin.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.origin.Answer;
import io.sluice.origin.Breaker;
import io.sluice.origin.Call;
import io.sluice.origin.Origin;
import io.sluice.origin.OriginObserver;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An HTTP API, streamed both ways on Vert.x' client. */
public final class HttpOrigin implements Origin {
    private final VertxInternal vertx;
    private final HttpSpec spec;
    private final int connectionsPerLane;
    private final Map<EventLoop, Lane> lanes = new ConcurrentHashMap<>();
    private final Breaker breaker;
    private final TargetUri target;

    /** As the other, with nobody listening. */
    public HttpOrigin(Vertx vertx, HttpSpec spec) {
        this(vertx, spec, OriginObserver.NONE);
    }

    /** @param vertx the instance whose event loops serve the clients: each keeps connections of its own to the origin */
    public HttpOrigin(Vertx vertx, HttpSpec spec, OriginObserver observer) {
        this.vertx = (VertxInternal) vertx;
        this.spec = spec;
        int loops = 0;
        for (EventExecutor ignored : this.vertx.getEventLoopGroup()) {
            loops++;
        }
        connectionsPerLane = Math.max(1, (spec.maxConnections() + loops - 1) / loops);
        breaker = new Breaker(spec.route(), observer, System::nanoTime);
        target = new TargetUri(spec.url().getRawPath(), spec.strip());
    }

    @Override
    public Uni<Answer> ask(Call call) {
        return Uni.createFrom().emitter(emitter -> begin(call, emitter));
    }

    private void begin(Call call, UniEmitter<? super Answer> emitter) {
        if (call.method().equals(HttpMethod.CONNECT)) {
            emitter.complete(new Answer.Failed(Answer.Failed.Reason.BROKEN, "CONNECT is not passed on", 0));
            return;
        }
        String uri = TargetUri.writable(call.uri());
        if (uri == null) {
            emitter.complete(new Answer.BadRequest("uri", "holds a space or a control character"));
            return;
        }
        if (!breaker.admits()) {
            emitter.complete(Exchange.down("the origin is down"));
            return;
        }
        ContextInternal current = vertx.getOrCreateContext();
        ContextInternal context = current.isEventLoopContext() ? current : vertx.createEventLoopContext();
        EventLoop loop = context.nettyEventLoop();
        if (loop.inEventLoop()) {
            exchange(loop, target.of(uri), call, emitter).start();
        } else {
            context.runOnContext(
                    there -> exchange(loop, target.of(uri), call, emitter).start());
        }
    }

    private Exchange exchange(EventLoop loop, String uri, Call call, UniEmitter<? super Answer> emitter) {
        Lane lane = lanes.get(loop);
        if (lane == null) {
            lane = lanes.computeIfAbsent(loop, its -> new Lane(vertx, spec, connectionsPerLane, System::nanoTime));
        }
        return new Exchange(lane, breaker, uri, call, emitter);
    }

    @Override
    public void close() {
        for (Lane lane : lanes.values()) {
            lane.client.close();
        }
        lanes.clear();
    }
}
