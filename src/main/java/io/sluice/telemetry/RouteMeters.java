package io.sluice.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The meters of one route. Counters are looked up by array index on the hot path, in an array as long as there are statuses in use. */
public final class RouteMeters {
    /** What a lookup came to, in the words of RFC 9211. */
    public enum Lookup {
        HIT,
        STALE,
        MISS,
        COLLAPSED,
        BYPASS,
        FAILED
    }

    private static final @Nullable Tally[] NONE = {};

    private final MeterRegistry registry;
    private final String route;
    private final Statuses statuses;
    /** By the number of the status; replaced when one comes that it has no place for. */
    private volatile @Nullable Tally[] byStatus = NONE;

    private final Map<String, Counter> unstored = new ConcurrentHashMap<>();
    private final Map<Lookup, Tally> lookups = new EnumMap<>(Lookup.class);
    private final Timer origin;

    RouteMeters(MeterRegistry registry, String route, Duration[] latencies, Statuses statuses) {
        this.registry = registry;
        this.route = route;
        this.statuses = statuses;
        for (Lookup outcome : Lookup.values()) {
            lookups.put(
                    outcome,
                    Tally.of(
                            registry,
                            "sluice.lookups",
                            "Cache lookups by outcome",
                            "route",
                            route,
                            "outcome",
                            outcome.name().toLowerCase(java.util.Locale.ROOT)));
        }
        this.origin = Timer.builder("sluice.origin")
                .description("Time from asking the origin to the head of its answer")
                .tag("route", route)
                .serviceLevelObjectives(latencies)
                .register(registry);
    }

    /** One finished request, by the status that the client got; 499 when the client left before it got one. */
    public void request(int status) {
        int number = statuses.number(status);
        @Nullable Tally[] all = byStatus;
        Tally known = number < all.length ? all[number] : null;
        (known == null ? first(number) : known).increment();
    }

    private synchronized Tally first(int number) {
        @Nullable Tally[] all = byStatus;
        Tally known = number < all.length ? all[number] : null;
        if (known == null) {
            known = Tally.of(
                    registry,
                    "sluice.requests",
                    "Finished requests by the status the client got",
                    "route",
                    route,
                    "status",
                    Integer.toString(statuses.status(number)));
            @Nullable Tally[] more = Arrays.copyOf(all, Math.max(all.length, number + 1));
            more[number] = known;
            byStatus = more;
        }
        return known;
    }

    public void lookup(Lookup outcome) {
        Tally tally = lookups.get(outcome);
        if (tally != null) {
            tally.increment();
        }
    }

    /** One answer that the cache asked for and did not store; the reasons are a few words of its own. */
    public void unstored(String reason) {
        unstored.computeIfAbsent(
                        reason,
                        its -> Counter.builder("sluice.unstored")
                                .description("Answers that could not be stored, by the reason")
                                .tag("route", route)
                                .tag("reason", its)
                                .register(registry))
                .increment();
    }

    public void origin(long nanos) {
        origin.record(nanos, java.util.concurrent.TimeUnit.NANOSECONDS);
    }
}
