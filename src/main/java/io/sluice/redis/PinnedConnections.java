package io.sluice.redis;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * One pipelined connection per event loop, made when it is first used and again whenever it breaks. What may be on its
 * way at once is bounded by the Redis client's {@code maxWaitingHandlers}; a command beyond it fails at once.
 */
public final class PinnedConnections implements Commands, AutoCloseable {
    /** Is told that another server, or the same one restarted, answers now. */
    @FunctionalInterface
    public interface NewServer {
        /**
         * Runs before anything else is sent to the new server.
         *
         * @param runId the server's run_id (INFO server), or something unique when it does not tell
         * @param connection reaches it already
         * @return completes when commands may pass; a failure closes the connection, and it is tried again
         */
        Future<?> appeared(String runId, Commands connection);
    }

    private final Supplier<Redis> clients;
    private final ContextInternal elsewhere;
    private final CurrentServer server = new CurrentServer(this::moved);
    private final ConcurrentMap<EventLoop, PinnedConnection> all = new ConcurrentHashMap<>();
    private volatile Runnable lost = () -> {};
    private volatile boolean closed;

    /**
     * @param clients makes a client for each connection, on the event loop that is to use it: a client does all its
     *     input and output on the one event loop that it was made on. What it made is closed here.
     */
    public PinnedConnections(Vertx vertx, Supplier<Redis> clients) {
        this.clients = clients;
        this.elsewhere = ((VertxInternal) vertx).createEventLoopContext();
    }

    /** To be called before the first use; a listener is not told of the first server, only of later ones. */
    public void onNewServer(NewServer listener) {
        server.add(listener);
    }

    /**
     * To be called before the first use.
     *
     * @param whenever runs on an event loop each time that a connection which was of use has broken
     */
    public void onLost(Runnable whenever) {
        lost = whenever;
    }

    @Override
    public Future<Response> send(Request request) {
        if (EventLoops.current() != null) {
            return pinned().send(request);
        }
        Promise<Response> promise = Promise.promise();
        elsewhere.runOnContext(v -> pinned().send(request).onComplete(promise));
        return promise.future();
    }

    private PinnedConnection pinned() {
        ContextInternal current = EventLoops.current();
        ContextInternal context = current == null ? elsewhere : current;
        PinnedConnection connection = all.get(context.nettyEventLoop());
        if (connection == null) {
            connection = new PinnedConnection(clients, server, context, () -> lost.run());
            all.put(context.nettyEventLoop(), connection);
            if (closed) {
                connection.close();
            }
        }
        return connection;
    }

    private void moved(CurrentServer.Id current) {
        for (PinnedConnection connection : all.values()) {
            connection.moved(current);
        }
    }

    /** What the clients lead to has moved: every connection is made anew. From any thread. */
    public void redial() {
        all.values().forEach(PinnedConnection::redial);
    }

    /** Whether any event loop has a connection now. */
    public boolean connected() {
        for (PinnedConnection connection : all.values()) {
            if (connection.connected()) {
                return true;
            }
        }
        return false;
    }

    /** Closes every connection; commands fail from then on. */
    @Override
    public void close() {
        closed = true;
        for (PinnedConnection connection : all.values()) {
            connection.close();
        }
    }
}
