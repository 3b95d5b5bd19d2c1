package io.sluice.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Numbers;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisOverridesTest {
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    private final TestRedis redis = new TestRedis();
    private volatile Map<String, Numbers> first = Map.of();
    private volatile Map<String, Numbers> second = Map.of();
    private final RedisOverrides one =
            new RedisOverrides(redis.vertx, redis.connections(), all -> first = all, System::nanoTime).start();
    private final RedisOverrides other =
            new RedisOverrides(redis.vertx, redis.connections(), all -> second = all, System::nanoTime).start();

    @AfterEach
    void stop() {
        one.close();
        other.close();
        redis.close();
    }

    private void put(String name, Numbers numbers) {
        await().until(() -> one.put(name, numbers)
                .map(true)
                .otherwise(false)
                .toCompletionStage()
                .toCompletableFuture()
                .get());
    }

    @Test
    void an_override_is_in_force_on_every_instance_within_a_second_and_so_is_its_end() {
        put("per-client", new Numbers(500, 0, 0));
        await().atMost(A_SECOND).until(() -> second.equals(Map.of("per-client", new Numbers(500, 0, 0))));
        assertTrue(TestRedis.await(one.put("per-client", null)));
        await().atMost(A_SECOND).until(() -> second.isEmpty());
    }

    @Test
    void one_with_an_end_is_over_by_then_without_another_word() {
        var time = redis.call(Command.TIME);
        long now = time.get(0).toLong() * 1000 + time.get(1).toLong() / 1000;
        put("per-client", new Numbers(500, 0, now + 900));
        await().atMost(A_SECOND).until(() -> !first.isEmpty());
        await().atMost(Duration.ofSeconds(2)).until(() -> first.isEmpty());
    }

    @Test
    void one_made_after_all_were_lost_is_seen_though_it_is_the_first_again() {
        put("per-client", new Numbers(500, 0, 0));
        await().atMost(A_SECOND).until(() -> !second.isEmpty());
        redis.call(Command.FLUSHALL);
        put("per-client", new Numbers(7, 0, 0));
        await().atMost(A_SECOND).until(() -> second.equals(Map.of("per-client", new Numbers(7, 0, 0))));
    }

    @Test
    void what_someone_else_wrote_there_is_passed_over_and_the_rest_stands() {
        redis.call(Command.HSET, "sluice:overrides", "broken", "lots", "per-client", "quota=9 burst=4");
        redis.call(Command.HINCRBY, "sluice:overrides", "#", 1);
        await().atMost(A_SECOND).until(() -> first.equals(Map.of("per-client", new Numbers(9, 4, 0))));
    }

    @Test
    void there_is_a_bound_on_their_number() {
        for (int i = 0; i <= 10_000; i++) {
            redis.call(Command.HSET, "sluice:overrides", "limit" + i, "quota=1");
        }
        await().until(() ->
                !TestRedis.await(one.put("one-more", new Numbers(1, 0, 0)).otherwise(true)));
        assertTrue(TestRedis.await(one.put("limit1", new Numbers(2, 0, 0))), "one that is there can be changed");
    }
}
