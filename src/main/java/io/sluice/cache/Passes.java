package io.sluice.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Keys whose last answer could not be shared, for a while: callers do not line up for them (Varnish: hit-for-miss). */
final class Passes {
    private static final int KEYS = 50_000;

    private final com.github.benmanes.caffeine.cache.Cache<CacheKey, Boolean> keys;

    Passes(long micros, LongSupplier nanoClock) {
        Ticker ticker = nanoClock::getAsLong;
        keys = Caffeine.newBuilder()
                .maximumSize(KEYS)
                .expireAfterWrite(Duration.ofNanos(micros * 1000))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    boolean contains(CacheKey key) {
        return keys.getIfPresent(key) != null;
    }

    void add(CacheKey key) {
        keys.put(key, Boolean.TRUE);
    }

    void remove(CacheKey key) {
        keys.invalidate(key);
    }
}
