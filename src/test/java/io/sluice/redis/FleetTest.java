package io.sluice.redis;

import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.sliding;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Limit;
import io.sluice.limit.Window;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("NullAway.Init")
class FleetTest {
    private static TestRedis redis;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void instances_are_counted_while_they_live() {
        redis.call(Command.FLUSHALL);
        Fleet one = new Fleet(redis.vertx, redis.connections(), 1);
        Fleet two = new Fleet(redis.vertx, redis.connections(), 1);
        await().until(() -> {
            one.beat();
            two.beat();
            return one.instances() == 2 && two.instances() == 2;
        });
        long life = redis.call(Command.PTTL, "sluice:fleet").toLong();
        assertTrue(life > 0 && life <= 10_000, life + " ms");
        two.close();
        await().until(() -> {
            one.beat();
            return one.instances() == 1;
        });
        redis.call(Command.ZADD, "sluice:fleet", 1, "died long ago");
        one.beat();
        await().until(() -> redis.call(Command.ZCARD, "sluice:fleet").toInteger() == 1);
        one.close();
    }

    /** The first of a fleet that starts together is told that it is alone. */
    @Test
    void those_configured_count_until_redis_has_told_for_a_whole_life() {
        redis.call(Command.FLUSHALL);
        Fleet first = new Fleet(redis.vertx, redis.connections(), 3);
        assertEquals(3, first.instances());
        await().until(() -> {
            first.beat();
            return redis.call(Command.ZCARD, "sluice:fleet").toInteger() == 1;
        });
        assertEquals(3, first.instances());
        await().until(() -> {
            first.beat();
            return first.instances() == 1;
        });
        first.close();
    }

    @Test
    void a_store_that_restarts_empty_does_not_make_the_fleet_small() {
        redis.call(Command.FLUSHALL);
        Fleet one = new Fleet(redis.vertx, redis.connections(), 1);
        Fleet two = new Fleet(redis.vertx, redis.connections(), 1);
        await().until(() -> {
            one.beat();
            two.beat();
            return one.instances() == 2;
        });
        redis.call(Command.DEL, "sluice:fleet");
        one.beat();
        await().until(() -> redis.call(Command.ZCARD, "sluice:fleet").toInteger() > 0);
        assertEquals(2, one.instances());
        one.close();
        two.close();
    }

    @Test
    void three_instances_that_ask_at_once_are_admitted_exactly_the_quota() {
        for (Limit limit : List.of(fixed(1000, Window.month()), sliding(1000, 3600), bucket(1, 86_400, 1000))) {
            redis.call(Command.FLUSHALL);
            AtomicInteger allowed = new AtomicInteger();
            AtomicInteger replies = new AtomicInteger();
            int each = 1500;
            List<RedisLimitStore> instances = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                instances.add(redis.store(TestRedis.PATIENT));
            }
            List<Ask> asks = List.of(ask(limit, "everyone", 1), ask(sliding(1_000_000, 60), "wide", 1));
            for (RedisLimitStore instance : instances) {
                for (int i = 0; i < each; i++) {
                    instance.acquire(asks).subscribe().with(reply -> {
                        allowed.addAndGet(reply.get(0) instanceof Allowed ? 1 : 0);
                        replies.incrementAndGet();
                    });
                }
            }
            await().until(() -> replies.get() == 3 * each);
            assertEquals(1000, allowed.get(), limit.toString());
        }
    }
}
