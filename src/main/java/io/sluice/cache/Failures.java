package io.sluice.cache;

import org.jspecify.annotations.Nullable;

/**
 * Carries a failed answer to callers that wait in other processes, so that N instances do not fail one after another.
 *
 * @param <X> what a loader hands through
 */
public interface Failures<X> {
    /** Small: it travels in a message. */
    byte[] encode(X answer);

    /** Null when it is not understood: the waiters then load by themselves. */
    @Nullable
    X decode(byte[] bytes);
}
