package io.sluice.origin;

/** Hears when an origin goes down and comes back; called on event loops, so it must not block. */
public interface OriginObserver {
    /** Hears nothing. */
    OriginObserver NONE = (route, open) -> {};

    /** The breaker of the route's origin opened (the origin is down) or closed. */
    void breaker(String route, boolean open);
}
