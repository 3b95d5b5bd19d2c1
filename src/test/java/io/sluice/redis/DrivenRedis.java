package io.sluice.redis;

import io.vertx.redis.client.Command;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One Redis for the tests of a class, empty before each of them, with a store of limits whose time the tests set. */
final class DrivenRedis extends TestRedis implements BeforeEachCallback, AfterAllCallback {
    final RedisLimitStore store = driven();

    @Override
    public void beforeEach(ExtensionContext test) {
        call(Command.FLUSHALL);
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        close();
    }
}
