package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** Calls foreign code. */
final class Calls {
    private Calls() {}

    /** What a loader throws is a failure of its Uni. */
    static <X> Uni<Load<X>> load(Loader<X> loader, @Nullable Entry stored) {
        return Uni.createFrom().deferred(() -> loader.load(stored));
    }
}
