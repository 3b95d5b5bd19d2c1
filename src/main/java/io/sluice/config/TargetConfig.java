package io.sluice.config;

import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;
import java.time.Duration;
import java.util.List;

/** What answers on a route, as declared. */
public sealed interface TargetConfig {
    /**
     * @param awaitCommits how long an unsafe request that succeeded waits for what it committed to be heard; zero: not at all
     * @param place of the word {@code http}
     */
    record Http(HttpSpec spec, Duration awaitCommits, Place place) implements TargetConfig {}

    /**
     * @param parameters the names bound in the SQL
     * @param place of the word {@code postgres}
     * @param sql finds places in the SQL
     */
    record Postgres(PostgresSpec spec, List<String> parameters, Place place, Places sql) implements TargetConfig {}

    record Own() implements TargetConfig {}

    /** Finds where a character of a value stands in the file. */
    @FunctionalInterface
    interface Places {
        /** @param offset in characters from the start of the value */
        Place at(int offset);
    }
}
