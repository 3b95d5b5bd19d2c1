package io.sluice.limit;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** Decides all limits of a request: remembered denials first, then the store, then what each limit says of a store that failed. */
public final class Limiter {
    /** Never fails. */
    public Uni<Verdict> acquire(List<Ask> asks) {
        throw new UnsupportedOperationException();
    }
}
