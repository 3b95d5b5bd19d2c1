package io.sluice.origin.postgres;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cache that writes down what it is asked to void, and answers when and how it is told to. */
final class RecordedCache implements Invalidations {
    /** Stands for everything in {@link #asked}. */
    static final List<String> EVERYTHING = List.of("*");

    /** Each commit by itself. */
    final List<Committed> told = new CopyOnWriteArrayList<>();

    private final List<List<String>> asked = new ArrayList<>();
    private final List<UniEmitter<? super Void>> held = new ArrayList<>();
    private boolean holding;
    private boolean throwing;
    private int failing;

    @Override
    public Uni<Void> commits(List<Committed> commits) {
        told.addAll(commits);
        return ask(commits.stream().flatMap(one -> one.tags().stream()).toList());
    }

    @Override
    public Uni<Void> everything() {
        return ask(EVERYTHING);
    }

    private synchronized Uni<Void> ask(List<String> what) {
        asked.add(what);
        if (throwing) {
            throwing = false;
            throw new IllegalStateException("as told");
        }
        if (failing > 0) {
            failing--;
            return Uni.createFrom().failure(new IllegalStateException("as told"));
        }
        return Uni.createFrom().emitter(emitter -> {
            synchronized (this) {
                if (holding) {
                    held.add(emitter);
                    return;
                }
            }
            emitter.complete(null);
        });
    }

    synchronized List<List<String>> asked() {
        return List.copyOf(asked);
    }

    /** Answers nothing until {@link #release}. */
    synchronized void hold() {
        holding = true;
    }

    synchronized void release() {
        holding = false;
        held.forEach(emitter -> emitter.complete(null));
        held.clear();
    }

    /** Answers the one that was asked last, and goes on holding. */
    synchronized void releaseNewest() {
        held.remove(held.size() - 1).complete(null);
    }

    /** Fails what is held, and goes on holding. */
    synchronized void failHeld() {
        held.forEach(emitter -> emitter.fail(new IllegalStateException("as told")));
        held.clear();
    }

    synchronized void fail(int times) {
        failing = times;
    }

    synchronized void throwOnce() {
        throwing = true;
    }
}
