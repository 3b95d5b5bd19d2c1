package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** Sends commands to Redis. */
public interface Commands {
    /**
     * Sends one command, pipelined with others, on the connection of the calling event loop.
     *
     * @return fails at once while there is no connection, and when the connection breaks before the reply: whether
     *     Redis carried the command out is then unknown
     */
    Future<Response> send(Request request);

    /** What sends to the server that has this key now, where there are several. */
    default Commands at(String key) {
        return this;
    }
}
