package io.sluice.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.limit.Decision;
import java.util.concurrent.atomic.AtomicInteger;

/** The meters of one limit. */
public final class LimitMeters {
    private final Tally allowed;
    private final Tally denied;
    private final Tally unavailable;
    private final Counter delayed;
    private final AtomicInteger waiting = new AtomicInteger();

    LimitMeters(MeterRegistry registry, String limit) {
        this.allowed = counter(registry, limit, "allowed");
        this.denied = counter(registry, limit, "denied");
        this.unavailable = counter(registry, limit, "unavailable");
        this.delayed = Counter.builder("sluice.delayed")
                .description("Requests that a limit made wait for their turn, whatever came of it")
                .tag("limit", limit)
                .register(registry);
        Gauge.builder("sluice.delayed.waiting", waiting, AtomicInteger::get)
                .description("Requests that wait for their turn now")
                .tag("limit", limit)
                .strongReference(true)
                .register(registry);
    }

    private static Tally counter(MeterRegistry registry, String limit, String decision) {
        return Tally.of(
                registry,
                "sluice.decisions",
                "Decisions by limit; unavailable: the store did not answer and the limit fell open or closed",
                "limit",
                limit,
                "decision",
                decision);
    }

    /** A request begins to wait. */
    public void waits() {
        delayed.increment();
        waiting.incrementAndGet();
    }

    public void waitsNoMore() {
        waiting.decrementAndGet();
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
