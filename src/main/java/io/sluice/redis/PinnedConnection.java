package io.sluice.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The connection of one event loop. Used from that event loop only. */
final class PinnedConnection implements Commands {
    private static final long FIRST_PAUSE = 2;
    private static final long LONGEST_PAUSE = 1000;

    /** A server that has been silent for so long, ms, with commands on their way is taken for gone. */
    private static final long SILENCE = 5000;

    private final Redis redis;
    private final CurrentServer server;
    private final Context context;
    private final Vertx vertx;
    private volatile @Nullable RedisConnection open;
    private @Nullable RedisConnection opening;
    private boolean connecting;
    private long pause = FIRST_PAUSE;
    private boolean closed;
    private long asked;
    private long answered;
    private long answeredBefore;
    private long watch = -1;

    PinnedConnection(Redis redis, CurrentServer server, Context context) {
        this.redis = redis;
        this.server = server;
        this.context = context;
        this.vertx = context.owner();
    }

    boolean connected() {
        return open != null;
    }

    @Override
    public Future<Response> send(Request request) {
        RedisConnection connection = open;
        if (connection == null) {
            connect();
            return Future.failedFuture(Failures.NOT_CONNECTED);
        }
        return send(connection, request);
    }

    private Future<Response> send(RedisConnection connection, Request request) {
        asked++;
        return connection.send(request).onComplete(reply -> answered++);
    }

    private void connect() {
        if (connecting || closed) {
            return;
        }
        connecting = true;
        context.runOnContext(v -> redis.connect().onComplete(connected -> {
            if (connected.failed()) {
                again();
                return;
            }
            RedisConnection connection = connected.result();
            opening = connection;
            connection.exceptionHandler(failure -> lost(connection));
            connection.endHandler(end -> lost(connection));
            if (watch < 0) {
                watch = vertx.setPeriodic(SILENCE, tick -> dropIfSilent());
            }
            server.admit(request -> send(connection, request)).onComplete(admitted -> {
                if (admitted.succeeded() && is(opening, connection) && !closed) {
                    opening = null;
                    open = connection;
                    connecting = false;
                    pause = FIRST_PAUSE;
                } else {
                    lost(connection);
                }
            });
        }));
    }

    private void lost(RedisConnection connection) {
        if (is(open, connection)) {
            open = null;
        } else if (is(opening, connection)) {
            opening = null;
        } else {
            return;
        }
        drop(connection);
        again();
    }

    private void again() {
        long wait = pause / 2 + ThreadLocalRandom.current().nextLong(pause);
        pause = Math.min(LONGEST_PAUSE, pause * 2);
        connecting = true;
        vertx.setTimer(wait, timer -> {
            connecting = false;
            connect();
        });
    }

    /** A connection cut without a word (half open) gives no error for minutes: TCP goes on retransmitting. */
    private void dropIfSilent() {
        RedisConnection connection = open == null ? opening : open;
        if (connection != null && asked != answered && answered == answeredBefore) {
            lost(connection);
        }
        answeredBefore = answered;
    }

    /** Closing gives a connection back to the pool, working or not, unless it was used for Pub/Sub. */
    private static void drop(RedisConnection connection) {
        connection.send(Request.cmd(Command.UNSUBSCRIBE)).onComplete(done -> {});
        connection.close().onComplete(done -> {});
    }

    private static boolean is(@Nullable RedisConnection one, RedisConnection other) {
        return other.equals(one);
    }

    void close() {
        context.runOnContext(v -> {
            closed = true;
            if (watch >= 0) {
                vertx.cancelTimer(watch);
            }
            RedisConnection connection = open == null ? opening : open;
            open = null;
            opening = null;
            if (connection != null) {
                connection.close().onComplete(done -> {});
            }
        });
    }
}
