package io.sluice.origin.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands to the cache what commits void. What comes while an invalidation is under way goes with the next one, together.
 * When one fails, nobody knows what was missed meanwhile: everything is voided first when the store is back. Everything
 * here runs on one event loop.
 */
final class CommitQueue {
    /**
     * An invalidation that is not acknowledged so soon, ms, keeps the next one waiting no longer: an instance that died is
     * waited for a second.
     */
    private static final long PACE = 25;

    private static final long BACKOFF = 50;
    private static final long LONGEST_BACKOFF = 1_000;

    private final Context loop;
    private final Vertx vertx;
    private final Invalidations cache;
    private final CommitObserver observer;
    private final PendingTags pending = new PendingTags();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private @Nullable Runnable asked;
    private boolean underWay;
    private boolean backingOff;
    /** The store did not take the latest that was tried. */
    private boolean failing;

    private boolean closed;
    private long backoff = BACKOFF;

    CommitQueue(Context loop, Vertx vertx, Invalidations cache, CommitObserver observer) {
        this.loop = loop;
        this.vertx = vertx;
        this.cache = cache;
        this.observer = observer;
    }

    void add(Committed commit) {
        pending.add(commit);
        next();
    }

    /** @param acknowledged is told once, however often it has to be tried; instead of one that was to be told before */
    void everything(Runnable acknowledged) {
        asked = acknowledged;
        everything();
    }

    void everything() {
        pending.everything();
        next();
    }

    /**
     * @param told true when all that was added before is acknowledged, and at once where it is; false when the store does not
     *     take it now
     */
    void settled(Consumer<Boolean> told) {
        if (failing || closed) {
            told.accept(false);
        } else {
            acknowledgements.await(!pending.isEmpty(), told);
        }
    }

    void close() {
        closed = true;
    }

    private void next() {
        if (underWay || backingOff || closed || pending.isEmpty()) {
            return;
        }
        List<Committed> commits = pending.take();
        Runnable told = asked;
        asked = null;
        underWay = true;
        long mine = acknowledgements.begin();
        long slow = vertx.setTimer(PACE, late -> makeWay(mine));
        Uni.createFrom()
                .deferred(() -> commits == null ? cache.everything() : cache.commits(commits))
                .subscribe()
                .with(
                        done -> loop.runOnContext(here -> {
                            vertx.cancelTimer(slow);
                            acknowledged(mine, told);
                            makeWay(mine);
                        }),
                        failure -> loop.runOnContext(here -> {
                            vertx.cancelTimer(slow);
                            failed(mine, told);
                            makeWay(mine);
                        }));
    }

    private void acknowledged(long mine, @Nullable Runnable told) {
        backoff = BACKOFF;
        failing = false;
        if (!closed) {
            observer.invalidated();
            if (told != null) {
                told.run();
            }
        }
        acknowledgements.acknowledged(mine);
    }

    private void failed(long mine, @Nullable Runnable told) {
        failing = true;
        pending.everything();
        asked = asked == null ? told : asked;
        if (!backingOff) {
            backingOff = true;
            vertx.setTimer(backoff, again -> {
                backingOff = false;
                next();
            });
            backoff = Math.min(2 * backoff, LONGEST_BACKOFF);
        }
        acknowledgements.failed(mine);
    }

    private void makeWay(long mine) {
        if (acknowledgements.isLatest(mine)) {
            underWay = false;
            next();
        }
    }
}
