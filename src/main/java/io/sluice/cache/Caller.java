package io.sluice.cache;

import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request that waits for its answer. Answered once; one that has left is not answered. */
final class Caller<P, X> {
    final Selecting request;
    final Loader<X> loader;
    final long deadlineNanos;
    private final UniEmitter<? super Lookup<P, X>> emitter;
    private final AtomicBoolean over = new AtomicBoolean();

    /** How many loads this caller waited for were refused by the fence. */
    int refusals;

    /** How many loads this caller waited for brought an answer for somebody else alone. */
    int strangers;

    /** The flight that asked the store when this caller was already waiting for it. */
    @Nullable
    Object began;

    /** Told when this caller leaves: its place may be given away. */
    volatile @Nullable AtomicBoolean left;

    Caller(Selecting request, Loader<X> loader, long deadlineNanos, UniEmitter<? super Lookup<P, X>> emitter) {
        this.request = request;
        this.loader = loader;
        this.deadlineNanos = deadlineNanos;
        this.emitter = emitter;
        emitter.onTermination(this::leave);
    }

    private void leave() {
        over.set(true);
        AtomicBoolean place = left;
        if (place != null) {
            place.set(true);
        }
    }

    boolean isOver() {
        return over.get();
    }

    /** @return whether the caller was still there */
    boolean answer(Lookup<P, X> lookup) {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        emitter.complete(lookup);
        return true;
    }

    void fail(Throwable error) {
        if (over.compareAndSet(false, true)) {
            emitter.fail(error);
        }
    }
}
