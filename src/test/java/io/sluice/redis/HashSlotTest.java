package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashSlotTest {
    @Test
    void a_key_has_the_slot_that_redis_gives_it() {
        try (TestCluster cluster = new TestCluster(0)) {
            for (String key : List.of(
                    "", "a", "123456789", "sluice:{3:abc}4:per-sc", "{}x", "{a}{b}", "x{a", "x}{y}", "{é}", "ключ")) {
                Buffer bytes = Buffer.buffer(key);
                assertEquals(
                        cluster.call(key, Command.CLUSTER, "KEYSLOT", bytes).toInteger(), HashSlot.of(key), key);
            }
        }
    }
}
