package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection on one event loop, from the attempt to its end, through a client of its own: a client does all its
 * reading on the event loop that it was made on, and closing it is what closes a socket, whatever state that is in.
 * Everything here runs on that event loop.
 */
final class Link implements Commands {
    /** From dialling until {@link #ready}, ms: a server may accept and then say nothing. */
    private static final long PATIENCE = 2_000;

    /**
     * A server that has been silent for so long, ms, with commands on their way is taken for gone; for twice as long where
     * they were sent meanwhile. Sentinels may have named another long ago, and say so only when they are asked.
     */
    private static final long SILENCE = 500;

    private final ContextInternal context;
    private final Vertx vertx;
    private final Supplier<Redis> clients;
    private final Consumer<Link> connected;
    private final Consumer<Link> lost;
    private @Nullable Redis client;
    private @Nullable RedisConnection connection;
    private boolean over;
    private long timer = -1;
    private final Silence silence = new Silence();

    /**
     * @param connected is told once, before {@code lost}
     * @param lost is told once, unless {@link #close} came before
     */
    Link(ContextInternal context, Supplier<Redis> clients, Consumer<Link> connected, Consumer<Link> lost) {
        this.context = context;
        this.vertx = context.owner();
        this.clients = clients;
        this.connected = connected;
        this.lost = lost;
    }

    /** To be called on the event loop, with its context current: the client takes its event loop from there. */
    void dial() {
        Redis made = clients.get();
        client = made;
        timer = vertx.setTimer(PATIENCE, late -> broken());
        made.connect()
                .onComplete(done -> onLoop(() -> {
                    if (over) {
                        made.close();
                    } else if (done.failed()) {
                        broken();
                    } else {
                        RedisConnection now = done.result();
                        connection = now;
                        now.exceptionHandler(failure -> onLoop(this::broken));
                        now.endHandler(end -> onLoop(this::broken));
                        connected.accept(this);
                    }
                }));
    }

    /** What comes unasked is told there. */
    void messages(Consumer<Response> told) {
        RedisConnection now = connection;
        if (now != null) {
            now.handler(told::accept);
        }
    }

    /** What had to be said first was said: from now on only a silence ends it. */
    void ready() {
        if (!over) {
            vertx.cancelTimer(timer);
            timer = vertx.setPeriodic(SILENCE, tick -> endIfSilent());
        }
    }

    @Override
    public Future<Response> send(Request request) {
        RedisConnection now = connection;
        if (now == null || over) {
            return Future.failedFuture(Failures.NOT_CONNECTED);
        }
        silence.sent();
        return now.send(request).transform(reply -> {
            silence.ended();
            Throwable failure = reply.cause();
            if (failure == null) {
                silence.heard();
                return Future.succeededFuture(reply.result());
            }
            if (Failures.refused(failure)) {
                silence.heard();
                if (Failures.readOnly(failure)) {
                    broken();
                    return Future.failedFuture(Failures.NOT_CONNECTED);
                }
            }
            return Future.failedFuture(failure);
        });
    }

    /** A connection cut without a word (half open) gives no error for minutes: TCP goes on retransmitting. */
    private void endIfSilent() {
        if (silence.look()) {
            broken();
        }
    }

    /** Ends it, and tells. */
    void broken() {
        if (!over) {
            close();
            lost.accept(this);
        }
    }

    /** Ends it. */
    void close() {
        over = true;
        vertx.cancelTimer(timer);
        Redis made = client;
        if (made != null) {
            made.close();
        }
    }

    private void onLoop(Runnable task) {
        if (context.nettyEventLoop().inEventLoop()) {
            task.run();
        } else {
            context.runOnContext(v -> task.run());
        }
    }
}
