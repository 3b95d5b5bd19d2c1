package io.sluice.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.redis.client.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackplaneTest {
    private final TestRedis redis = new TestRedis();

    @AfterEach
    void stop() {
        redis.close();
    }

    private long subscribers() {
        return list().lines().filter(line -> !line.isBlank()).count();
    }

    /** The id of the only subscriber; empty while there is none. */
    private String line() {
        String list = list();
        return list.isBlank() ? "" : list.substring(0, list.indexOf(' '));
    }

    private String list() {
        return redis.call(Command.CLIENT, "LIST", "TYPE", "pubsub").toString();
    }

    @Test
    void a_refused_subscription_is_tried_until_it_is_allowed() {
        redis.call(Command.ACL, "SETUSER", "default", "-subscribe");
        try (Instance instance = new Instance(redis.vertx, redis.server.url())) {
            await().until(() -> redis.call(Command.ACL, "LOG").size() > 0);
            assertFalse(instance.backplane.believes());
            redis.call(Command.ACL, "SETUSER", "default", "+subscribe");
            instance.ready();
            assertEquals(1, subscribers());
        }
    }

    @Test
    void one_line_is_left_however_often_it_broke() {
        try (Instance instance = new Instance(redis.vertx, redis.server.url())) {
            for (int i = 0; i < 5; i++) {
                instance.ready();
                String before = line();
                redis.call(Command.CLIENT, "KILL", "TYPE", "pubsub");
                await().until(() -> !line().isEmpty() && !line().equals(before));
            }
            instance.ready();
            assertEquals(1, subscribers());
        }
    }
}
