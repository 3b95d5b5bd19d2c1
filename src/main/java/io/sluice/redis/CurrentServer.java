package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which server answers, across all connections; holds each new connection back until the listeners are done. Where an
 * address moves to another server while the one before still answers, connections to that one are to be dropped.
 */
final class CurrentServer {
    private static final String RUN_ID = "run_id:";

    /** So INFO says of a replica that takes no writes, which is of no use here. */
    private static final String READ_ONLY = "slave_read_only:1";

    /**
     * @param text the run_id, or something unique
     * @param told whether the server told it
     */
    record Id(String text, boolean told) {
        static Id unknown() {
            return new Id(UUID.randomUUID().toString(), false);
        }

        /** False when it cannot be known. */
        boolean differs(Id other) {
            return told && other.told && !text.equals(other.text);
        }
    }

    private final List<PinnedConnections.NewServer> listeners = new ArrayList<>();
    private final Consumer<Id> moved;
    private @Nullable Id current;
    private Future<?> prepared = Future.succeededFuture();

    /** @param moved is told of each server after the first */
    CurrentServer(Consumer<Id> moved) {
        this.moved = moved;
    }

    synchronized void add(PinnedConnections.NewServer listener) {
        listeners.add(listener);
    }

    /** Who answers there; fails for a replica that takes no writes. */
    Future<Id> identify(Commands connection) {
        return connection
                .send(Request.cmd(Command.INFO))
                .compose(
                        info -> {
                            String text = info.toString();
                            return text.contains(READ_ONLY)
                                    ? Future.failedFuture("a read-only replica answers")
                                    : Future.succeededFuture(id(text));
                        },
                        failure -> Failures.refused(failure)
                                ? Future.succeededFuture(Id.unknown())
                                : Future.failedFuture(failure));
    }

    /** Completes when a connection to that server may be used. */
    synchronized Future<?> admit(Id id, Commands connection) {
        if (id.equals(current) && !prepared.failed()) {
            return prepared;
        }
        boolean first = current == null;
        current = id;
        if (first) {
            return prepared;
        }
        moved.accept(id);
        List<Future<?>> told = new ArrayList<>();
        for (PinnedConnections.NewServer listener : listeners) {
            told.add(listener.appeared(id.text(), connection));
        }
        prepared = Future.all(told);
        return prepared;
    }

    private static Id id(String info) {
        int from = info.indexOf(RUN_ID);
        int to = from < 0 ? -1 : info.indexOf('\r', from);
        return to < 0 ? Id.unknown() : new Id(info.substring(from + RUN_ID.length(), to), true);
    }
}
