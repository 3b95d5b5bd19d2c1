package io.sluice.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Those who wait for one flight: bounded, in order of arrival, closed once. */
final class Callers<P, X> {
    enum Joined {
        YES,
        CLOSED,
        FULL
    }

    private final int max;
    private final int maxOverall;
    private final AtomicInteger overall;
    private List<Caller<P, X>> waiting = new ArrayList<>(4);
    private boolean closed;

    /** Whether one of those that wait has left since they were last looked at. */
    private final AtomicBoolean left = new AtomicBoolean();

    Callers(int max, int maxOverall, AtomicInteger overall) {
        this.max = max;
        this.maxOverall = maxOverall;
        this.overall = overall;
    }

    synchronized Joined join(Caller<P, X> caller) {
        if (closed) {
            return Joined.CLOSED;
        }
        if (!waiting.isEmpty() && (waiting.size() >= max || overall.get() >= maxOverall)) {
            if (left.getAndSet(false)) { // not for each of those that are turned away: it looks at all that wait
                leave(Caller::isOver);
            }
            if (waiting.size() >= max || overall.get() >= maxOverall) {
                return Joined.FULL;
            }
        }
        caller.left = left;
        overall.incrementAndGet();
        waiting.add(caller);
        return Joined.YES;
    }

    /** Nobody joins any more; takes out all but the one to be kept. */
    synchronized List<Caller<P, X>> close(@Nullable Caller<P, X> kept) {
        closed = true;
        List<Caller<P, X>> all = drain();
        if (kept != null && all.remove(kept)) {
            overall.incrementAndGet();
            waiting.add(kept);
        }
        return all;
    }

    private List<Caller<P, X>> drain() {
        List<Caller<P, X>> all = waiting;
        waiting = new ArrayList<>(1);
        overall.addAndGet(-all.size());
        return all;
    }

    /**
     * Takes out those that were there when the store was asked, or all; others may still join.
     *
     * @param current whether all may be taken: asked while nobody can join
     */
    synchronized List<Caller<P, X>> take(BooleanSupplier current, Object flight) {
        boolean all = current.getAsBoolean();
        List<Caller<P, X>> taken = new ArrayList<>(waiting.size());
        leave(caller -> (all || caller.began == flight) && taken.add(caller));
        return taken;
    }

    /** Marks all that are there: what the store says from now on is not older than their coming. */
    synchronized void mark(Object flight) {
        waiting.forEach(caller -> caller.began = flight);
    }

    /** The first that is still there and whose load suits the others; else the first. */
    synchronized @Nullable Caller<P, X> first() {
        leave(Caller::isOver);
        for (Caller<P, X> caller : waiting) {
            if (caller.loader.suitsOthers()) {
                return caller;
            }
        }
        return waiting.isEmpty() ? null : waiting.get(0);
    }

    /** Takes out those whose deadline has come. */
    synchronized List<Caller<P, X>> late(long nowNanos, @Nullable Caller<P, X> leader) {
        List<Caller<P, X>> late = new ArrayList<>();
        leave(caller -> {
            if (caller.isOver()) {
                return true;
            }
            if (caller != leader && nowNanos - caller.deadlineNanos >= 0) {
                late.add(caller);
                return true;
            }
            return false;
        });
        return late;
    }

    private void leave(Predicate<Caller<P, X>> which) {
        int before = waiting.size();
        waiting.removeIf(which);
        overall.addAndGet(waiting.size() - before);
    }

    /** The next deadline, in nanoseconds of the clock; null when nobody has one. */
    synchronized @Nullable Long next(@Nullable Caller<P, X> leader) {
        Long next = null;
        for (Caller<P, X> caller : waiting) {
            if (caller != leader && (next == null || caller.deadlineNanos - next < 0)) {
                next = caller.deadlineNanos;
            }
        }
        return next;
    }
}
