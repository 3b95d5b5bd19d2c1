package io.sluice.cache;

import io.smallrye.mutiny.Uni;

/** Calls foreign code. */
final class Calls {
    private Calls() {}

    /** What a loader throws is a failure of its Uni. */
    static <X> Uni<Load<X>> load(Loader<X> loader) {
        return Uni.createFrom().deferred(loader::load);
    }
}
