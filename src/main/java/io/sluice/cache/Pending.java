package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Barriers that must be set: what the store did not take is tried again until it does. Held in this process; with very many of them
 * the one for everything stands for all.
 */
final class Pending {
    private static final int MOST = 1_000;

    /** µs. */
    private static final long AGAIN = 200_000;

    private final CacheStore store;
    private final Timer timer;
    private final Set<String> names = new LinkedHashSet<>();
    private boolean scheduled;

    Pending(CacheStore store, Timer timer) {
        this.store = store;
        this.timer = timer;
    }

    /** @return as {@link CacheStore#invalidate}; when it fails, they are set later */
    Uni<Void> surely(List<String> barriers) {
        return surely(barriers, store.invalidate(barriers));
    }

    /** @return what sets them; when it fails, they are set later */
    <T> Uni<T> surely(List<String> barriers, Uni<T> setting) {
        return setting.onFailure().invoke(failure -> add(barriers));
    }

    private synchronized void add(List<String> more) {
        names.addAll(more);
        if (names.size() > MOST) {
            names.clear();
            names.add(Barriers.EVERYTHING);
        }
        if (!scheduled) {
            scheduled = true;
            timer.after(AGAIN, this::again);
        }
    }

    private void again() {
        List<String> waiting;
        synchronized (this) {
            scheduled = false;
            waiting = new ArrayList<>(names);
            names.clear();
        }
        if (!waiting.isEmpty()) {
            store.invalidate(waiting).subscribe().with(done -> {}, failure -> add(waiting));
        }
    }
}
