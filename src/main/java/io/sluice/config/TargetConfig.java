package io.sluice.config;

import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What answers on a route, as declared. */
public sealed interface TargetConfig {
    /**
     * @param awaitCommits how long an unsafe request that succeeded waits for what it committed to be heard; zero: not at all
     * @param place of the word {@code http}
     */
    record Http(HttpSpec spec, Duration awaitCommits, Place place) implements TargetConfig {}

    /**
     * @param place of the word {@code postgres}
     * @param sql finds places in each statement's SQL
     * @param writes null: it only reads
     */
    record Postgres(
            PostgresSpec spec,
            Place place,
            List<Places> sql,
            @Nullable Writes writes) implements TargetConfig {
        /** The names bound in the SQL, each once. */
        public List<String> parameters() {
            return spec.parameters();
        }

        /** What may be stored is held, and what is longer is streamed. */
        Postgres holding(int bytes) {
            return new Postgres(spec.holding(bytes), place, sql, writes);
        }
    }

    /**
     * What becomes of the cache when a route has written.
     *
     * @param through the read that what it returns is stored for; null: none
     * @param matches the read that conditions are about; null: that of {@code through}
     * @param tags that are voided, with names in braces
     */
    record Writes(@Nullable Text through, @Nullable Text matches, List<String> tags) {
        /** The route that conditions are about, if there is one. */
        @Nullable
        Text read() {
            return matches == null ? through : matches;
        }
    }

    record Own() implements TargetConfig {}

    /** Finds where a character of a value stands in the file. */
    @FunctionalInterface
    interface Places {
        /** @param offset in characters from the start of the value */
        Place at(int offset);
    }
}
