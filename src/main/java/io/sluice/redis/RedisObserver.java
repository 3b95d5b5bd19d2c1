package io.sluice.redis;

/** Is told how Redis serves limits, for metrics and health. Called on event loops: must not block. */
public interface RedisObserver {
    RedisObserver NONE = new RedisObserver() {};

    /** Redis answered a batch, so many nanoseconds after it was sent. */
    default void replied(long nanos) {}

    /** A batch got no answer within the deadline, or an error. */
    default void failed() {}

    /**
     * The breaker changed: while it is open nothing is asked of Redis but whether it is back.
     *
     * @param open whether that of any event loop is open
     */
    default void breaker(boolean open) {}
}
