package io.sluice.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The meters of one route. Counters are looked up by array index on the hot path. */
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

    private static final int STATUSES = 1000;

    private final MeterRegistry registry;
    private final String route;
    private final AtomicReferenceArray<Tally> byStatus = new AtomicReferenceArray<>(STATUSES);
    private final Map<String, Counter> unstored = new ConcurrentHashMap<>();
    private final Map<Lookup, Tally> lookups = new EnumMap<>(Lookup.class);
    private final Timer origin;

    RouteMeters(MeterRegistry registry, String route, Duration[] latencies) {
        this.registry = registry;
        this.route = route;
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
        int index = status > 0 && status < STATUSES ? status : 0;
        Tally known = byStatus.get(index);
        (known == null ? first(index) : known).increment();
    }

    private synchronized Tally first(int status) {
        Tally known = byStatus.get(status);
        if (known == null) {
            known = Tally.of(
                    registry,
                    "sluice.requests",
                    "Finished requests by the status the client got",
                    "route",
                    route,
                    "status",
                    Integer.toString(status));
            byStatus.set(status, known);
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
