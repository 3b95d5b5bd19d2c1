package io.sluice.redis;

import io.sluice.limit.LimitStore;
import io.sluice.limit.LimitStoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The limits of one client, in one slot of a real cluster. */
@SuppressWarnings("NullAway.Init")
class RedisClusterLimitStoreTest extends LimitStoreContract {
    private static TestCluster redis;
    private static ClusterLimitStore store;

    @BeforeAll
    static void start() {
        redis = new TestCluster(0);
        store = redis.driven();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.empty();
    }

    @Override
    protected LimitStore store() {
        return store;
    }

    @Override
    protected void at(long micros) {
        redis.at(micros);
    }
}
