package io.sluice.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalCacheStoreTest extends CacheStoreContract {
    private final AtomicLong clock = new AtomicLong(1_000);
    private final CacheStore store = new LocalCacheStore(clock::get);

    @Override
    protected CacheStore store() {
        return store;
    }

    @Test
    void a_clock_that_jumps_back_moves_no_instant_back() {
        long before = lease(PLACE).start();
        clock.set(5);
        assertTrue(lease(PLACE).start() > before);
    }
}
