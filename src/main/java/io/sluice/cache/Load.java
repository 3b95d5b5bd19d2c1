package io.sluice.cache;

/**
 * How a load ended.
 *
 * @param <X> what a loader hands through to its own caller when the answer cannot be shared: a stream
 */
public sealed interface Load<X> {
    /** The whole answer is here, and it may be stored and shared. */
    record Storable<X>(Draft draft) implements Load<X> {}

    /**
     * The answer belongs to the caller that started the load. Nobody else may have it: the others go on their own.
     *
     * @param answer used by exactly one caller, or given back through {@link Loader#discard}
     */
    record Passing<X>(X answer) implements Load<X> {}

    /**
     * The origin failed: down, too slow, or an error that stale may stand in for.
     *
     * @param answer what tells the caller; may be shared by all callers of this load
     */
    record Failed<X>(X answer) implements Load<X> {}
}
