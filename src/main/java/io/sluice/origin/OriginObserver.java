package io.sluice.origin;

/** Hears what an origin does; called on event loops, so it must not block. */
public interface OriginObserver {
    /** Hears nothing. */
    OriginObserver NONE = new OriginObserver() {};

    /**
     * The origin answered, or did not.
     *
     * @param route the route's name
     * @param answer its answer
     * @param nanos from the question to the answer's head
     */
    default void answered(String route, Answer answer, long nanos) {}

    /** The route's breaker opened (the origin is down) or closed. */
    default void breaker(String route, boolean open) {}
}
