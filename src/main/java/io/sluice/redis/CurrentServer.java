package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which server answers, across all connections; holds each new connection back until the listeners are done. */
final class CurrentServer {
    private static final String RUN_ID = "run_id:";

    private final List<PinnedConnections.NewServer> listeners = new ArrayList<>();
    private @Nullable String runId;
    private Future<?> prepared = Future.succeededFuture();

    synchronized void add(PinnedConnections.NewServer listener) {
        listeners.add(listener);
    }

    /** Completes when this connection may be used. */
    Future<?> admit(Commands connection) {
        return connection
                .send(Request.cmd(Command.INFO).arg("server"))
                .map(CurrentServer::runId)
                .recover(failure -> Failures.refused(failure)
                        ? Future.succeededFuture(UUID.randomUUID().toString())
                        : Future.failedFuture(failure))
                .compose(id -> prepare(id, connection));
    }

    private synchronized Future<?> prepare(String id, Commands connection) {
        boolean known = id.equals(runId);
        if (known && !prepared.failed()) {
            return prepared;
        }
        boolean first = runId == null;
        runId = id;
        if (first) {
            return prepared;
        }
        List<Future<?>> told = new ArrayList<>();
        for (PinnedConnections.NewServer listener : listeners) {
            told.add(listener.appeared(id, connection));
        }
        prepared = Future.all(told);
        return prepared;
    }

    private static String runId(Response info) {
        String text = info.toString();
        int from = text.indexOf(RUN_ID);
        int to = from < 0 ? -1 : text.indexOf('\r', from);
        return to < 0 ? UUID.randomUUID().toString() : text.substring(from + RUN_ID.length(), to);
    }
}
