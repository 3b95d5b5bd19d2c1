package io.sluice.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.limit.Decision;

/** The meters of one limit. */
public final class LimitMeters {
    private final Counter allowed;
    private final Counter denied;
    private final Counter unavailable;

    LimitMeters(MeterRegistry registry, String limit) {
        this.allowed = counter(registry, limit, "allowed");
        this.denied = counter(registry, limit, "denied");
        this.unavailable = counter(registry, limit, "unavailable");
    }

    private static Counter counter(MeterRegistry registry, String limit, String decision) {
        return Counter.builder("sluice.decisions")
                .description(
                        "Decisions by limit; unavailable: the store did not answer and the limit fell open or closed")
                .tag("limit", limit)
                .tag("decision", decision)
                .register(registry);
    }

    public void decided(Decision decision) {
        if (decision instanceof Decision.Allowed) {
            allowed.increment();
        } else if (decision instanceof Decision.Denied) {
            denied.increment();
        } else {
            unavailable.increment();
        }
    }
}
