package io.sluice.origin.postgres;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** What commits void. Each call completes, on any thread, when no reader anywhere sees an older value; it may fail. */
public interface Invalidations {
    /** Those of some commits, in their order. */
    Uni<Void> commits(List<Committed> commits);

    Uni<Void> everything();
}
