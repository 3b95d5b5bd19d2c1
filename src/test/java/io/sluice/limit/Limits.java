package io.sluice.limit;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Short ways to say a limit, an ask, an oracle. */
public final class Limits {
    public static final long SECOND = 1_000_000;
    public static final long HOUR = 3_600 * SECOND;
    public static final long DAY = 24 * HOUR;

    /** 2096-01-01T00:00:00Z: keys that expire by a clock driven from here do not expire by the wall clock. */
    public static final long START = 3_976_214_400L * SECOND;

    private Limits() {}

    public static Limit fixed(long quota, Window window) {
        return limit(new Algorithm.FixedWindow(), quota, window);
    }

    public static Limit sliding(long quota, long seconds) {
        return limit(new Algorithm.SlidingWindow(), quota, Window.ofSeconds(seconds));
    }

    public static Limit log(long quota, long seconds) {
        return limit(new Algorithm.SlidingLog(), quota, Window.ofSeconds(seconds));
    }

    public static Limit bucket(long quota, long seconds, long burst) {
        return limit(new Algorithm.TokenBucket(burst), quota, Window.ofSeconds(seconds));
    }

    private static Limit limit(Algorithm algorithm, long quota, Window window) {
        return Limit.of("test", algorithm, quota, window, List.of());
    }

    public static Limit shadow(Limit limit) {
        return limit.asShadow();
    }

    public static Limit onFailure(Limit limit, OnStoreFailure what) {
        return limit.with(what);
    }

    /** @param key distinct per algorithm, as {@link LimitKey} makes it */
    public static Ask ask(Limit limit, String key, long cost) {
        return new Ask(
                limit,
                LimitKey.PREFIX + key + "}" + limit.algorithm().getClass().getSimpleName(),
                cost);
    }

    /** A store in the process that forgets nothing, on a driven clock. */
    public static MemoryLimitStore oracle(AtomicLong micros) {
        return new MemoryLimitStore(micros::get, 1_000_000, () -> 0);
    }

    /** The decision of a store for one ask. */
    public static Decision one(LimitStore store, Ask ask) {
        return store.acquire(List.of(ask)).await().indefinitely().get(0);
    }

    public static List<Decision> all(LimitStore store, Ask... asks) {
        return store.acquire(List.of(asks)).await().indefinitely();
    }
}
