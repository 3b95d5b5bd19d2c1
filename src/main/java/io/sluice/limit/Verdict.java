package io.sluice.limit;

import java.util.List;

/**
 * What all limits together say to one request.
 *
 * @param outcome what to do with the request
 * @param asks what was asked
 * @param decisions one per ask, in order; {@link Decision.Unavailable} where a limit fell open or closed
 */
public record Verdict(Outcome outcome, List<Ask> asks, List<Decision> decisions) {
    public enum Outcome {
        ALLOWED,
        /** Over a limit: 429. */
        DENIED,
        /** The store does not answer and a limit is {@code on-store-failure: closed}: 503. */
        CLOSED
    }
}
