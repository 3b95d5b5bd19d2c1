package io.sluice.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Keys whose last answer could not be shared, for a while: callers do not line up for them (Varnish: hit-for-miss). */
final class Passes {
    private static final int KEYS = 50_000;
    private static final int LONGEST = 256;

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
        return keys.getIfPresent(small(key)) != null;
    }

    void add(CacheKey key) {
        keys.put(small(key), Boolean.TRUE);
    }

    void remove(CacheKey key) {
        keys.invalidate(small(key));
    }

    /** They are bounded by number, not by bytes. */
    private static CacheKey small(CacheKey key) {
        return key.text().length() <= LONGEST
                ? key
                : new CacheKey(key.route(), Digest.of(key.text()).toString());
    }
}
