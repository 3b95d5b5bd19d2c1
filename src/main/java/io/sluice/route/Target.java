package io.sluice.route;

import io.sluice.origin.Origin;
import java.time.Duration;
import java.util.List;

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
     * @param fingerprint of what was declared
     */
    record Postgres(Origin origin, List<String> parameters, String fingerprint) implements Target {}

    /** The service's own endpoints under {@code /_sluice/}. */
    record Own() implements Target {}
}
