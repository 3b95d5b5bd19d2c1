package io.sluice.origin;

import org.jspecify.annotations.Nullable;

/** Hears when an origin goes down and comes back; called on event loops, so it must not block. */
public interface OriginObserver {
    /** Hears nothing. */
    OriginObserver NONE = (route, open) -> {};

    /** The breaker of the route's origin opened (the origin is down) or closed. */
    void breaker(String route, boolean open);

    /**
     * What the route asks of its origin does not fit it any more, or fits again.
     *
     * @param why for operators; null: it fits
     */
    default void misfit(String route, @Nullable String why) {}
}
