package io.sluice.bench;

import io.sluice.client.ClientNamer;
import io.sluice.client.ClientSource;
import io.sluice.client.TrustedProxies;
import io.sluice.route.Match;
import io.sluice.route.PathPattern;
import io.sluice.route.RequestPath;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

/** A path's check and its match among a hundred routes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatchBenchmark {
    private final RouteTable table = table();

    private static RouteTable table() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            PathPattern.Parsed parsed = PathPattern.parse("/service" + i + "/items/{id}/parts/*");
            if (parsed instanceof PathPattern.Ok ok) {
                routes.add(new Route("route" + i, ok.pattern(), Set.of(), List.of(), null, new Target.Own()));
            }
        }
        return new RouteTable(routes, new ClientNamer(List.of(new ClientSource.Address()), TrustedProxies.NONE));
    }

    @Benchmark
    public @Nullable String check() {
        return RequestPath.check("/service42/items/4711/parts/7");
    }

    @Benchmark
    public Match match() {
        return table.match("GET", "/service42/items/4711/parts/7");
    }

    @Benchmark
    public Match matchEncoded() {
        return table.match("GET", "/%73ervice42//items/4711/parts/7");
    }
}
