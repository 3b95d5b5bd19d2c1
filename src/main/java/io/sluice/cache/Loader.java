package io.sluice.cache;

import io.smallrye.mutiny.Uni;

/** Asks the origin for one key. Called at most once per load; outlives the caller that started it. */
public interface Loader<X> {
    /** A failure of the Uni itself counts as a programming error and is given to all callers of the load. */
    Uni<Load<X>> load();

    /** Called with a {@link Load.Passing} answer that no caller can take any more, e.g. the caller has left. */
    void discard(X answer);
}
