package io.sluice.bench;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitKey;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.Subject;
import io.sluice.limit.Window;
import java.util.List;
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

/** Two limits of one request: their keys, and their decision in the process. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecisionBenchmark {
    private static final Subject SUBJECT = new OneSubject();

    private final Limit client = Limit.of(
            "client",
            new Algorithm.TokenBucket(2_000_000),
            1_000_000,
            Window.ofSeconds(1),
            List.of(new KeyPart.Client()));
    private final Limit everyone =
            Limit.of("everyone", new Algorithm.SlidingWindow(), 1_000_000_000, Window.ofSeconds(1), List.of());
    private final MemoryLimitStore store = new MemoryLimitStore(() -> System.nanoTime() / 1000, 10_000);
    private final List<Ask> asks = List.of(
            new Ask(client, LimitKey.of(client, SUBJECT), 1), new Ask(everyone, LimitKey.of(everyone, SUBJECT), 1));

    @Benchmark
    public String key() {
        return LimitKey.of(client, SUBJECT);
    }

    @Benchmark
    public List<Decision> decide() {
        return store.decide(asks, 1, true);
    }

    private record OneSubject() implements Subject {
        @Override
        public String client() {
            return "header:X-API-Key=k123";
        }

        @Override
        public String route() {
            return "products";
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String address(int prefix) {
            return "192.0.2.1";
        }

        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public @Nullable String query(String name) {
            return null;
        }

        @Override
        public @Nullable String cookie(String name) {
            return null;
        }

        @Override
        public @Nullable String path(String name) {
            return null;
        }

        @Override
        public @Nullable String claim(String name) {
            return null;
        }

        @Override
        public @Nullable String entry(String name) {
            return null;
        }
    }
}
