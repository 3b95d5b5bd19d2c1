package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connection of one event loop. Used from that event loop only, where nothing else is said. */
final class PinnedConnection implements Commands {
    private static final long FIRST_PAUSE = 2;
    private static final long LONGEST_PAUSE = 1000;

    /** A connection that was of use for so long gives the next one a quick first attempt. */
    private static final long STEADY = TimeUnit.MILLISECONDS.toNanos(100);

    private final Supplier<Redis> clients;
    private final CurrentServer server;
    private final ContextInternal context;
    private final Runnable brokeOff;
    /** Written on the event loop, read anywhere. */
    private volatile @Nullable Link open;

    private @Nullable Link link;
    private CurrentServer.@Nullable Id answering;
    private boolean waiting;
    private boolean closed;
    private long pause = FIRST_PAUSE;
    private long openedAt;

    /** @param brokeOff is told when a connection that was of use has broken */
    PinnedConnection(Supplier<Redis> clients, CurrentServer server, ContextInternal context, Runnable brokeOff) {
        this.brokeOff = brokeOff;
        this.clients = clients;
        this.server = server;
        this.context = context;
    }

    /** From any thread. */
    boolean connected() {
        return open != null;
    }

    @Override
    public Future<Response> send(Request request) {
        Link now = open;
        if (now != null) {
            return now.send(request);
        }
        if (link == null && !waiting) {
            waiting = true;
            context.runOnContext(v -> dial());
        }
        return Future.failedFuture(Failures.NOT_CONNECTED);
    }

    private void dial() {
        waiting = false;
        if (!closed) {
            answering = null;
            Link dialled = new Link(context, clients, this::greet, this::lost);
            link = dialled;
            dialled.dial();
        }
    }

    private void greet(Link greeted) {
        server.identify(greeted)
                .compose(id -> {
                    answering = id;
                    return server.admit(id, greeted);
                })
                .onComplete(admitted -> context.runOnContext(v -> {
                    if (!greeted.equals(link)) {
                        return;
                    }
                    if (admitted.failed()) {
                        greeted.broken();
                    } else {
                        greeted.ready();
                        openedAt = System.nanoTime();
                        open = greeted;
                    }
                }));
    }

    private void lost(Link gone) {
        if (!gone.equals(link)) {
            return;
        }
        if (open != null && System.nanoTime() - openedAt > STEADY) {
            pause = FIRST_PAUSE;
        }
        boolean wasOpen = open != null;
        open = null;
        link = null;
        waiting = true;
        if (wasOpen) {
            brokeOff.run();
        }
        long wait = pause / 2 + ThreadLocalRandom.current().nextLong(pause);
        pause = Math.min(LONGEST_PAUSE, pause * 2);
        context.owner().setTimer(Math.max(1, wait), timer -> dial());
    }

    /** Another server is the current one: a connection to one that is not is of no use. From any thread. */
    void moved(CurrentServer.Id current) {
        context.runOnContext(v -> {
            Link now = link;
            if (now != null && answering != null && answering.differs(current)) {
                now.broken();
            }
        });
    }

    /** From any thread. */
    void close() {
        context.runOnContext(v -> {
            closed = true;
            Link now = link;
            open = null;
            link = null;
            if (now != null) {
                now.close();
            }
        });
    }
}
