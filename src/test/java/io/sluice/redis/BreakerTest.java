package io.sluice.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.SimpleStringType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BreakerTest {
    private static final long DEADLINE = 500;

    private final Vertx vertx = Vertx.vertx();
    private final List<Boolean> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger probes = new AtomicInteger();
    private volatile boolean slow = true;

    @AfterEach
    void stop() {
        TestRedis.await(vertx.close());
    }

    private Future<Response> answer() {
        Promise<Response> promise = Promise.promise();
        Runnable reply = () -> {
            probes.incrementAndGet();
            promise.complete(SimpleStringType.OK);
        };
        if (slow) {
            vertx.setTimer(DEADLINE + 50, timer -> reply.run());
        } else {
            reply.run();
        }
        return promise.future();
    }

    @Test
    void a_server_that_answers_only_after_the_deadline_is_not_back() {
        vertx.runOnContext(v -> {
            Breaker breaker = new Breaker(vertx, request -> answer(), DEADLINE, told::add);
            for (int i = 0; i < 3; i++) {
                breaker.failed("sluice:{k}");
            }
        });
        await().until(() -> probes.get() >= 3);
        assertEquals(List.of(true), told);
        slow = false;
        await().until(() -> told.size() > 1);
        assertEquals(List.of(true, false), told);
    }
}
