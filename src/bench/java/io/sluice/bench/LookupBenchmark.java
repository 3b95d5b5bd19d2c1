package io.sluice.bench;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CacheSettings;
import io.sluice.cache.Drafts;
import io.sluice.cache.LocalCacheStore;
import io.sluice.cache.Near;
import io.sluice.cache.Selecting;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A fresh entry in the near cache: of one key, of a thousand in turn, and by the header that it varies by. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupBenchmark {
    private static final int KEYS = 1_000;
    private static final long HOUR = 3_600 * Drafts.SECOND;
    private static final Selecting GERMAN = name -> name.equals("accept-language") ? "de" : null;

    private final Cache<String, String> cache = new Cache<>(
            new LocalCacheStore(() -> System.nanoTime() / 1_000),
            Drafts::prepared,
            Drafts.FAILURES,
            CacheSettings.DEFAULT,
            (micros, task) -> () -> {},
            System::nanoTime,
            new Random(1));
    private final List<CacheKey> keys = keys();
    private final CacheKey varying = new CacheKey("page", "/pages/1");
    private int next;

    public LookupBenchmark() {
        keys.forEach(key -> store(key, List.of()));
        store(varying, List.of("accept-language"));
    }

    private static List<CacheKey> keys() {
        List<CacheKey> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(new CacheKey("product", "/products/" + i));
        }
        return keys;
    }

    private void store(CacheKey key, List<String> vary) {
        cache.lookup(
                        key,
                        GERMAN,
                        Drafts.now(new io.sluice.cache.Load.Storable<>(
                                Drafts.draft("x".repeat(1_024), HOUR, Long.MAX_VALUE, 0, 0, vary))))
                .await()
                .indefinitely();
    }

    @Benchmark
    public @Nullable Near<String> one() {
        return cache.fresh(keys.get(0), GERMAN);
    }

    @Benchmark
    public @Nullable Near<String> oneOfAThousand() {
        next = next + 1 == KEYS ? 0 : next + 1;
        return cache.fresh(keys.get(next), GERMAN);
    }

    @Benchmark
    public @Nullable Near<String> variant() {
        return cache.fresh(varying, GERMAN);
    }
}
