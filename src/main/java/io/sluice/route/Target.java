package io.sluice.route;

import io.sluice.origin.Origin;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What answers on a route. */
public sealed interface Target {
    /**
     * An HTTP API.
     *
     * @param fingerprint of what was declared: entries stored under another declaration are never found
     * @param awaitCommits how long an unsafe request that succeeded waits for what it committed to be heard; zero: not at all
     */
    record Http(Origin origin, String fingerprint, Duration awaitCommits) implements Target {}

    /**
     * Declared SQL.
     *
     * @param parameters the names bound in it, so what an answer depends on
     * @param options names that a query may have besides
     * @param linked whether answers link to the path that was asked for, so that they depend on all of it
     * @param identified null: everyone is the gateway itself
     * @param writes null: it only reads
     * @param fingerprint of what was declared
     */
    record Postgres(
            Origin origin,
            List<String> parameters,
            List<String> options,
            boolean linked,
            @Nullable Identified identified,
            @Nullable Writes writes,
            String fingerprint)
            implements Target {
        /** A read that knows no caller. */
        public Postgres(Origin origin, List<String> parameters, String fingerprint) {
            this(origin, parameters, List.of(), false, null, null, fingerprint);
        }
    }

    /**
     * What of a caller the answer depends on.
     *
     * @param roles where the role comes from, the first that is there: {@code jwt:CLAIM}, or a role's own name
     * @param claims of its token
     */
    record Identified(List<String> roles, List<String> claims) {}

    /**
     * What becomes of the cache when something was written.
     *
     * @param tags that are voided, with names in braces
     * @param through the route of the read that what was written is the answer of; null: none
     */
    record Writes(List<String> tags, @Nullable String through) {}

    /** The service's own endpoints under {@code /_sluice/}. */
    record Own() implements Target {}
}
