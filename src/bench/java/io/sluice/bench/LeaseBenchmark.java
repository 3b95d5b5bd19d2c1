package io.sluice.bench;

import io.sluice.limit.Accounting;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Limiter;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.Settlement;
import io.sluice.limit.Verdict;
import io.sluice.limit.Window;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Two leased limits, spent of slices; a store in the same process grants them, and its part of the time is in the figure. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LeaseBenchmark {
    private static final int CLIENTS = 1_000;
    private static final long PLENTY = 1_000_000_000;

    private final MemoryLimitStore counters = new MemoryLimitStore(() -> System.nanoTime() / 1_000, 10_000);
    private final Limiter limiter =
            new Limiter(new Elsewhere(), new MemoryLimitStore(() -> 0, 1), () -> 1, System::nanoTime);
    private final List<List<Ask>> asks = asks();
    private int next;

    private final class Elsewhere implements LimitStore {
        @Override
        public Uni<List<Decision>> acquire(List<Ask> asked) {
            return Uni.createFrom().item(counters.decide(asked, 1, true));
        }

        @Override
        public Uni<List<Settlement>> settle(List<Settlement> settlements) {
            return counters.settle(settlements);
        }
    }

    private static List<List<Ask>> asks() {
        Limit client = Limit.of(
                        "client",
                        new Algorithm.TokenBucket(PLENTY),
                        PLENTY,
                        Window.ofSeconds(1),
                        List.of(new KeyPart.Client()))
                .with(Accounting.LEASED);
        Limit everyone = Limit.of("everyone", new Algorithm.SlidingWindow(), PLENTY, Window.ofSeconds(1), List.of())
                .with(Accounting.LEASED);
        List<List<Ask>> asks = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            asks.add(List.of(new Ask(client, "client" + i, 1), new Ask(everyone, "everyone", 1)));
        }
        return asks;
    }

    private Verdict acquire(List<Ask> of) {
        Verdict here = limiter.decideHere(of);
        return here == null ? limiter.ask(of).await().indefinitely() : here;
    }

    @Benchmark
    public Verdict oneClient() {
        return acquire(asks.get(0));
    }

    @Benchmark
    public Verdict oneOfAThousandClients() {
        next = next + 1 == CLIENTS ? 0 : next + 1;
        if (next == 0) {
            limiter.tick();
        }
        return acquire(asks.get(next));
    }
}
