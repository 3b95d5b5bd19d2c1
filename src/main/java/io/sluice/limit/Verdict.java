package io.sluice.limit;

import java.util.List;

/**
 * What all limits together say to one request.
 *
 * @param outcome what to do with the request
 * @param asks what was asked
 * @param decisions one per ask, in order; {@link Decision.Unavailable} where a limit fell open or closed
 * @param byShare whether the store did not answer, and this instance decided by its own share
 */
public record Verdict(Outcome outcome, List<Ask> asks, List<Decision> decisions, boolean byShare) {
    public Verdict(Outcome outcome, List<Ask> asks, List<Decision> decisions) {
        this(outcome, asks, decisions, false);
    }

    /** What decisions come to: denied if any does that is not on trial. */
    static Verdict of(List<Ask> asks, List<Decision> decisions) {
        for (int i = 0; i < decisions.size(); i++) {
            if (decisions.get(i) instanceof Decision.Denied
                    && !asks.get(i).limit().shadow()) {
                return new Verdict(Outcome.DENIED, asks, decisions);
            }
        }
        return new Verdict(Outcome.ALLOWED, asks, decisions);
    }

    public enum Outcome {
        ALLOWED,
        /** Over a limit: 429. */
        DENIED,
        /** The store does not answer and a limit is {@code on-store-failure: closed}: 503. */
        CLOSED
    }
}
