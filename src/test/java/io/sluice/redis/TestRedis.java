package io.sluice.redis;

import io.sluice.demo.EmbeddedRedis;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A real Redis server, and clients of it. */
class TestRedis implements AutoCloseable {
    static final Duration PATIENT = Duration.ofSeconds(10);

    final EmbeddedRedis server = new EmbeddedRedis();
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    final PinnedConnections commands = new PinnedConnections(vertx, () -> client(server.url()));
    private final List<AutoCloseable> opened = new ArrayList<>();

    private Redis client(String url) {
        return Redis.createClient(
                vertx,
                new RedisOptions().setConnectionString(url).setMaxPoolSize(2).setMaxPoolWaiting(2));
    }

    /** Connections of their own, as another instance has them. */
    PinnedConnections connections() {
        return connections(server.url());
    }

    PinnedConnections connections(String url) {
        PinnedConnections connections = new PinnedConnections(vertx, () -> client(url));
        opened.add(connections);
        return connections;
    }

    RedisLimitStore store(Duration deadline) {
        return new RedisLimitStore(vertx, connections(), deadline, RedisObserver.NONE);
    }

    /** A store whose script reads the time that {@link #at} sets, where in production it reads TIME. */
    RedisLimitStore driven() {
        return new RedisLimitStore(
                vertx,
                connections(),
                PATIENT,
                RedisObserver.NONE,
                LimitScripts.load(text -> driven(text, "redis.call('MGET', 'clock:s', 'clock:us')")),
                false);
    }

    static String driven(String text, String clock) {
        String driven = text.replace("redis.call('TIME')", clock);
        if (driven.equals(text)) {
            throw new IllegalStateException("the script does not read TIME");
        }
        return driven;
    }

    void at(long micros) {
        call(Command.MSET, "clock:s", micros / 1_000_000, "clock:us", micros % 1_000_000);
    }

    /** Waits for the connection if need be. */
    Response call(Command command, Object... args) {
        long end = System.nanoTime() + PATIENT.toNanos();
        while (true) {
            try {
                return await(commands.send(Request.cmd(command, args)));
            } catch (IllegalStateException e) {
                if (System.nanoTime() > end || Failures.NOT_CONNECTED != e.getCause()) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    static <T> T await(Future<T> future) {
        CompletableFuture<T> done = future.toCompletionStage().toCompletableFuture();
        try {
            return done.get(10, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks all requests in one tick of an event loop. */
    List<List<Decision>> inOneTick(RedisLimitStore store, List<List<Ask>> requests) {
        List<CompletableFuture<List<Decision>>> replies = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            replies.add(new CompletableFuture<>());
        }
        vertx.getOrCreateContext().runOnContext(v -> {
            for (int i = 0; i < requests.size(); i++) {
                store.acquire(requests.get(i))
                        .subscribe()
                        .with(replies.get(i)::complete, replies.get(i)::completeExceptionally);
            }
        });
        List<List<Decision>> decisions = new ArrayList<>();
        for (CompletableFuture<List<Decision>> reply : replies) {
            decisions.add(reply.orTimeout(10, TimeUnit.SECONDS).join());
        }
        return decisions;
    }

    @Override
    public void close() {
        for (AutoCloseable each : opened) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        commands.close();
        await(vertx.close());
        server.close();
    }
}
