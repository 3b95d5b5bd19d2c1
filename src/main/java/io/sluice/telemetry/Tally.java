package io.sluice.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** A counter that each request increments: one addition, where a registry of registries goes through those it holds. */
final class Tally {
    private final LongAdder count = new LongAdder();

    private Tally() {}

    /**
     * To be called once for a name and its tags.
     *
     * @param tags names and values in turn
     */
    static Tally of(MeterRegistry registry, String name, String description, String... tags) {
        Tally tally = new Tally();
        FunctionCounter.builder(name, tally.count, LongAdder::doubleValue)
                .description(description)
                .tags(tags)
                .register(registry);
        return tally;
    }

    void increment() {
        count.increment();
    }
}
