package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** Commands over a single connection that comes back by itself, and that a test can cut. */
final class OneConnection implements Commands, AutoCloseable {
    private final Vertx vertx;
    private final Redis redis;
    private volatile @Nullable RedisConnection connection;
    private volatile boolean cut;

    OneConnection(Vertx vertx, String url) {
        this.vertx = vertx;
        this.redis = Redis.createClient(vertx, new RedisOptions().setConnectionString(url));
        connect();
    }

    private void connect() {
        if (cut) {
            return;
        }
        redis.connect()
                .onSuccess(made -> {
                    made.endHandler(end -> {
                        connection = null;
                        again();
                    });
                    made.exceptionHandler(error -> {});
                    connection = made;
                })
                .onFailure(error -> again());
    }

    private void again() {
        if (!cut) {
            vertx.setTimer(20, timer -> connect());
        }
    }

    @Override
    public Future<Response> send(Request request) {
        RedisConnection now = connection;
        return now == null || cut ? Future.failedFuture("no connection") : now.send(request);
    }

    /** As if the process had died: nothing is sent any more. */
    void cut() {
        if (!cut) {
            cut = true;
            connection = null;
            redis.close();
        }
    }

    @Override
    public void close() {
        cut();
    }
}
