package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** One pipelined connection per event loop, made when it is first used and again whenever it breaks. */
public final class PinnedConnections implements Commands, AutoCloseable {
    /** Is told that another server, or the same one restarted, answers now. */
    public interface NewServer {
        /**
         * Runs before anything else is sent to the new server.
         *
         * @param runId the server's run_id (INFO server)
         * @param connection reaches it already
         * @return completes when commands may pass; a failure closes the connection, and it is tried again
         */
        Future<?> appeared(String runId, Commands connection);
    }

    /** @param redis its pool must have room for one connection per event loop */
    public PinnedConnections(Vertx vertx, Redis redis) {}

    /** To be called before the first use; a listener is not told of the first server, only of later ones. */
    public void onNewServer(NewServer listener) {}

    @Override
    public Future<Response> send(Request request) {
        throw new UnsupportedOperationException();
    }

    /** Whether the latest attempt to connect succeeded, on any event loop. */
    public boolean connected() {
        return false;
    }

    @Override
    public void close() {}
}
