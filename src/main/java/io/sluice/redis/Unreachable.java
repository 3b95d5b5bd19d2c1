package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client of a server that nobody knows. */
final class Unreachable implements Redis {
    static final Redis REDIS = new Unreachable();

    private Unreachable() {}

    @Override
    public Future<RedisConnection> connect() {
        return Future.failedFuture(Failures.NOT_CONNECTED);
    }

    @Override
    public void close() {}

    @Override
    public Future<@Nullable Response> send(Request command) {
        return Future.failedFuture(Failures.NOT_CONNECTED);
    }

    @Override
    public Future<List<@Nullable Response>> batch(List<Request> commands) {
        return Future.failedFuture(Failures.NOT_CONNECTED);
    }
}
