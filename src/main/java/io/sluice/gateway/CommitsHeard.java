package io.sluice.gateway;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Commits in the database that is watched, as far as who wrote through an API waits for what they void. */
@FunctionalInterface
public interface CommitsHeard {
    /**
     * Done when no reader anywhere sees anything older than what was committed before now; at once where nothing is watched or
     * nobody can know, and after that time in any case. Never fails; completes on any thread.
     *
     * @param atMost from 1 ms
     */
    Uni<Void> soFar(Duration atMost);
}
