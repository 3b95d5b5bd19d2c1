package io.sluice.redis;

import io.vertx.core.VertxException;
import io.vertx.redis.client.impl.types.ErrorType;

/** Tells what a failed command means. */
final class Failures {
    static final VertxException NOT_CONNECTED = new VertxException("not connected to Redis", true);

    private Failures() {}

    /** Whether the server refused, rather than the connection failing before a reply came. */
    static boolean refused(Throwable failure) {
        return failure instanceof ErrorType error && !error.is("CONNECTION_CLOSED");
    }

    /** Whether the server has become a replica; within a script Redis 6.2 wraps that in an error of its own. */
    static boolean readOnly(Throwable failure) {
        return failure.getMessage() != null && failure.getMessage().contains("READONLY");
    }
}
