package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** One primary of a cluster; follows it where it says that a slot has moved, or is moving. */
final class ClusterNode implements Commands {
    private final Cluster cluster;
    private final String address;
    private final PinnedConnections connections;

    ClusterNode(Cluster cluster, String address, PinnedConnections connections) {
        this.cluster = cluster;
        this.address = address;
        this.connections = connections;
    }

    @Override
    public Future<Response> send(Request request) {
        return connections.send(request).recover(failure -> {
            String message = failure.getMessage() == null ? "" : failure.getMessage();
            if (!Failures.refused(failure)) {
                cluster.mend();
            } else if (message.startsWith("MOVED ")) {
                cluster.mend();
                return redirected(message).connections.send(request).recover(ClusterNode::unsettled);
            } else if (message.startsWith("ASK ")) {
                return redirected(message).asking(request).recover(ClusterNode::unsettled);
            } else if (message.startsWith("CLUSTERDOWN")) {
                cluster.mend();
            }
            return unsettled(failure);
        });
    }

    /** ASKING holds for the very next command on the connection. */
    private Future<Response> asking(Request request) {
        connections.send(Request.cmd(Command.ASKING));
        return connections.send(request);
    }

    private ClusterNode redirected(String message) {
        return cluster.node(SlotMap.redirected(message, address));
    }

    /** What lies between two nodes is found at neither: not a refusal, and soon over. */
    private static Future<Response> unsettled(Throwable failure) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        boolean between = message.startsWith("MOVED ") || message.startsWith("ASK ") || message.startsWith("TRYAGAIN");
        return Future.failedFuture(between ? Failures.NOT_CONNECTED : failure);
    }

    @Override
    public Commands at(String key) {
        return cluster.at(key);
    }

    void close() {
        connections.close();
    }
}
