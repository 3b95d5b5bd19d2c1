package io.sluice.boot;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Defaults that depend on the machine; every other source of configuration goes before this one. One event loop per
 * processor: twice as many, as Vert.x has it, gave a quarter less pass-through on two processors.
 */
public final class MachineDefaults implements ConfigSource {
    private final Map<String, String> values = Map.of(
            "quarkus.vertx.event-loops-pool-size",
            Integer.toString(Runtime.getRuntime().availableProcessors()));

    @Override
    public int getOrdinal() {
        return 50;
    }

    @Override
    public Set<String> getPropertyNames() {
        return values.keySet();
    }

    @Override
    public @Nullable String getValue(String name) {
        return values.get(name);
    }

    @Override
    public String getName() {
        return "sluice machine defaults";
    }
}
