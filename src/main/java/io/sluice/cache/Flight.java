package io.sluice.cache;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One way to the store and the origin for one place, and those in this process who wait for it. */
final class Flight<P, X> {
    /** How often a caller waits in vain for another one's answer: who asks alone is not slowed down by those before it. */
    static final int STRANGERS = 2;

    final Coalescer<P, X> home;
    final Place place;
    final Callers<P, X> callers;
    private final Selecting request;
    private final @Nullable Loader<X> refresher;
    private final long due;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final AtomicReference<@Nullable Outcome> heard = new AtomicReference<>();
    private final Alarm deadlines;
    private volatile CacheStore.@Nullable Waiting registration;
    private volatile Timer.@Nullable Scheduled retry;
    private volatile Timer.@Nullable Scheduled overdue;
    private volatile @Nullable Caller<P, X> leader;
    private volatile boolean down;

    /** What the store said is there, and not void. */
    volatile Slot.@Nullable Kept<P> stale;

    /** The loader of a caller that was answered already, for the refresh. */
    private volatile @Nullable Loader<X> spare;

    /**
     * @param refresher loads in the background, for nobody in particular; null for a flight with callers
     * @param due the start of the entry that it is to replace
     */
    Flight(Coalescer<P, X> home, Place place, Selecting request, @Nullable Loader<X> refresher, long due) {
        this.home = home;
        this.place = place;
        this.request = request;
        this.refresher = refresher;
        this.due = due;
        this.callers = home.callers();
        this.deadlines = new Alarm(home.timer, home.clock, this::expire);
    }

    Callers.Joined join(Caller<P, X> caller) {
        Callers.Joined joined = callers.join(caller);
        if (joined == Callers.Joined.YES) {
            deadlines.by(caller.deadlineNanos);
        }
        return joined;
    }

    void start() {
        Slot.Kept<P> kept = refresher == null ? home.shelf.kept(place.at()) : null;
        if (kept != null && usable(kept)) { // put near since they looked
            List<Caller<P, X>> there = end();
            Near<P> fresh = home.shelf.fresh(kept); // still, now that nobody joins any more
            if (fresh != null) {
                there.forEach(caller -> caller.answer(new Lookup.Hit<>(fresh)));
            } else if (usable(kept)) {
                validate(place, kept, there);
            } else {
                again(there);
            }
            return;
        }
        registration = home.store.await(place.at(), this::wake);
        acquire();
    }

    private void acquire() {
        heard.set(null);
        callers.mark(this);
        long sent = home.clock.getAsLong();
        long epoch = home.shelf.epoch();
        home.store
                .acquire(place, home.settings.lease(), due)
                .subscribe()
                .with(
                        reading -> guarded(List.of(), () -> read(reading, sent, epoch)),
                        error -> guarded(List.of(), () -> read(new Reading.Unavailable(), sent, epoch)));
    }

    private void read(Reading reading, long sent, long epoch) {
        if (reading instanceof Reading.Fresh fresh) {
            Slot.Kept<P> kept = keep(fresh.entry(), fresh.now(), sent, epoch);
            Near<P> near = kept.near();
            List<Caller<P, X>> there = take(kept, true);
            there.forEach(caller -> caller.answer(new Lookup.Hit<>(near)));
            again(end());
            refreshIfDue(kept, there);
        } else if (reading instanceof Reading.Leased leased) {
            if (leased.entry() == null) {
                stale = null; // what was told before has gone, or is void
            } else if (leased.entry().validatesAlways()) {
                home.release(leased.lease(), new Outcome.Ended());
                validate(leased.entry(), leased.now(), sent, epoch);
                return;
            }
            boolean served = serve(leased.entry(), leased.now(), sent, epoch, false);
            load(leased.lease(), sent, served);
        } else if (reading instanceof Reading.Held held) {
            if (held.entry() != null && held.entry().validatesAlways()) {
                validate(held.entry(), held.now(), sent, epoch);
            } else if (serve(held.entry(), held.now(), sent, epoch, true) || refresher != null) {
                again(end());
            } else {
                hold(held.remaining());
            }
        } else if (reading instanceof Reading.Varies varies) {
            home.varies(place.key(), varies.names());
            for (Caller<P, X> caller : end()) {
                home.dispatch(caller, Variants.select(place.key(), varies.names(), caller.request));
            }
        } else {
            down = true;
            load(null, sent, false);
        }
    }

    private boolean usable(Slot.Kept<P> kept) {
        return home.shelf.fresh(kept) != null
                || home.shelf.current(kept) && kept.near().entry().validatesAlways();
    }

    /** Each caller for itself: what the origin tells one of them says nothing to another. */
    private void validate(Entry entry, long now, long sent, long epoch) {
        Slot.Kept<P> kept = keep(entry, now, sent, epoch);
        validate(place, kept, take(kept, false));
        again(end());
    }

    void validate(Place at, Slot.Kept<P> told, List<Caller<P, X>> callers) {
        callers.forEach(caller -> home.solo.validate(at, told, caller));
    }

    /** Who is answered from the shared cache is a reader as any other. */
    private void refreshIfDue(Slot.Kept<P> kept, List<Caller<P, X>> readers) {
        for (Caller<P, X> reader : readers) {
            long now = home.clock.getAsLong();
            if (kept.refreshDue(kept.near().elapsed(now), now, home.random)
                    && reader.loader.suitsOthers()
                    && kept.claimRefresh(now, home.settings.retry())) {
                home.refresh(
                        place,
                        reader.request,
                        reader.loader,
                        kept.near().entry().start());
                return;
            }
        }
    }

    private Slot.Kept<P> keep(Entry entry, long now, long sent, long epoch) {
        // The store's now came after sending, so this start is never later than it was.
        return home.shelf.keep(place, entry, sent - (now - entry.start()) * 1000, epoch, home.clock.getAsLong());
    }

    /**
     * Those who may have what the store told. A reply may be older than a barrier that was acknowledged meanwhile: then
     * who came after the question was sent has to ask again.
     *
     * @param fresh whether they are told that it is fresh: a soft barrier may have come, too
     */
    private List<Caller<P, X>> take(Slot.Kept<P> told, boolean fresh) {
        return callers.take(() -> fresh ? home.shelf.fresh(told) != null : home.shelf.current(told), this);
    }

    /** Answers those who are there from an entry that need not be waited for. */
    private boolean serve(@Nullable Entry entry, long now, long sent, long epoch, boolean collapsed) {
        if (entry == null) {
            return false;
        }
        Slot.Kept<P> kept = keep(entry, now, sent, epoch);
        stale = kept;
        Near<P> near = kept.near();
        long ttl = near.ttl(home.clock.getAsLong());
        if (ttl <= -entry.staleWhileRevalidate()) {
            return false;
        }
        kept.claimRefresh(home.clock.getAsLong(), home.settings.retry());
        Lookup<P, X> answer =
                ttl > 0 ? new Lookup.Hit<>(near) : new Lookup.Stale<>(near, Lookup.Stale.Why.REFRESHING, collapsed);
        List<Caller<P, X>> there = take(kept, ttl > 0);
        there.forEach(caller -> caller.answer(answer));
        for (Caller<P, X> caller : there) {
            if (spare == null || caller.loader.suitsOthers() && !spare.suitsOthers()) {
                spare = caller.loader;
            }
        }
        return true;
    }

    // -- another one in the fleet loads ------------------------------------------------------------------------------

    private void hold(long remaining) {
        waiting.set(true);
        retry = home.timer.after(home.shelf.spread(remaining) + 1000, () -> resume(null));
        Outcome outcome = heard.get();
        if (outcome != null) {
            resume(outcome);
        }
    }

    private void wake(Outcome outcome) {
        heard.set(outcome);
        resume(outcome);
    }

    private void resume(@Nullable Outcome outcome) {
        if (!waiting.compareAndSet(true, false)) {
            return;
        }
        Timer.Scheduled timer = retry;
        if (timer != null) {
            timer.cancel();
        }
        if (outcome instanceof Outcome.Unshared) {
            home.passes.add(place.at());
            end().forEach(caller -> caller.answer(new Lookup.Alone<>()));
            return;
        }
        if (outcome instanceof Outcome.Failed failed) {
            X answer = home.failures.decode(failed.answer());
            if (answer != null) {
                failed(end(), new Load.Failed<>(answer), request);
                return;
            }
        }
        acquire();
    }

    // -- this one loads ----------------------------------------------------------------------------------------------

    private void load(@Nullable Lease lease, long sent, boolean served) {
        Caller<P, X> first = callers.first();
        Loader<X> loader = refresher;
        if (first != null) {
            leader = first;
            loader = first.loader;
        } else if (served) {
            loader = spare != null ? spare : refresher;
        }
        if (loader == null) {
            home.release(lease, new Outcome.Ended());
            again(end()); // who came just now
            return;
        }
        overdue = home.timer.after(home.settings.loadDeadline(), this::overdue);
        new Loading<>(this, loader, first, first == null ? request : first.request, lease, sent).start();
    }

    /** The load is past its deadline: it goes on for the caller that started it; the others start another. */
    private void overdue() {
        home.gone(place.at(), this);
        again(callers.close(leader));
    }

    /** @return whether the leader got the answer */
    boolean failed(List<Caller<P, X>> joined, Load.Failed<X> failed, Selecting selected) {
        List<String> names = Variants.sorted(failed.vary());
        Place of = Variants.select(place.key(), names, selected);
        Near<P> standIn = home.shelf.standIn(place.at(), stale, down);
        boolean taken = false;
        for (Caller<P, X> caller : joined) {
            boolean collapsed = caller != leader;
            if (standIn != null) {
                caller.answer(
                        new Lookup.Stale<>(standIn, Lookup.Stale.Why.ORIGIN_FAILED, collapsed, failed.forwarded()));
            } else if (collapsed
                    && (!failed.shareable()
                            || !Variants.select(place.key(), names, caller.request)
                                    .equals(of))) {
                caller.answer(new Lookup.Alone<>());
            } else {
                taken |= caller.answer(new Lookup.Failed<>(failed.answer(), collapsed)) && !collapsed;
            }
        }
        return taken;
    }

    // -- the end -----------------------------------------------------------------------------------------------------

    /** Nobody joins any more; whoever comes now starts the next flight. */
    List<Caller<P, X>> end() {
        home.gone(place.at(), this);
        CacheStore.Waiting waiter = registration;
        if (waiter != null) {
            waiter.close();
        }
        Timer.Scheduled timer = overdue;
        if (timer != null) {
            timer.cancel();
        }
        deadlines.stop();
        return callers.close(null);
    }

    /** Whatever goes wrong while an entry is prepared: nobody is left waiting. */
    void guarded(List<Caller<P, X>> joined, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            joined.forEach(caller -> caller.fail(e));
            end().forEach(caller -> caller.fail(e));
        }
    }

    void again(List<Caller<P, X>> callers) {
        callers.forEach(caller -> home.dispatch(caller, place));
    }

    private void expire() {
        home.slow(callers.late(home.clock.getAsLong(), leader), place.at(), stale, down);
        Long next = callers.next(leader);
        if (next != null) {
            deadlines.by(next);
        }
    }
}
