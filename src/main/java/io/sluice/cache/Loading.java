package io.sluice.cache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The load of one flight: what the origin says, who may have it, and whether it is stored. */
final class Loading<P, X> {
    private final Flight<P, X> flight;
    private final Coalescer<P, X> home;
    private final Place place;
    private final Loader<X> loader;
    private final @Nullable Caller<P, X> leader;
    private final Selecting selected;
    private final @Nullable Lease lease;
    private final @Nullable Extension extension;
    private final long sent;

    /** Taken when the load was sent: while it holds, no barrier was acknowledged since that its joiners could know of. */
    private final long proof;

    /** When the origin was asked. */
    private final long asked;

    /** Whether the origin was asked about something stale. */
    private volatile boolean validated;

    /** Whether the leader had the answer, or could have had it, before the load's end. */
    private volatile boolean arrived;

    /** Headers that only the leader gets. */
    private volatile List<String> own = List.of();

    /** The status that the origin answered with. */
    private volatile int forwarded;

    /**
     * @param leader whose loader it is; null for a load in the background
     * @param selected by whose headers the origin selects
     * @param lease null where the store could not give one: then nothing is stored
     * @param sent when the store was asked, in nanoseconds of the clock
     */
    Loading(
            Flight<P, X> flight,
            Loader<X> loader,
            @Nullable Caller<P, X> leader,
            Selecting selected,
            @Nullable Lease lease,
            long sent) {
        this.flight = flight;
        this.home = flight.home;
        this.place = flight.place;
        this.loader = loader;
        this.leader = leader;
        this.selected = selected;
        this.lease = lease;
        this.extension = lease == null ? null : new Extension(home, lease, sent);
        this.sent = sent;
        flight.callers.mark(flight); // what the origin says from now on is not older than their coming either
        this.proof = home.shelf.proof();
        this.asked = home.clock.getAsLong();
    }

    void start() {
        if (extension != null) {
            extension.start();
        }
        Entry stored = stored();
        validated = stored != null;
        Calls.load(loader, stored).subscribe().with(this::loaded, this::broken);
    }

    /**
     * What the origin may say is still right: never what is void. Where there is a store it has just said what there is; a near entry
     * may be void by a barrier that has not come here yet, and would be stored anew.
     */
    private @Nullable Entry stored() {
        Slot.Kept<P> kept = lease != null && home.store.shared() ? flight.stale : home.shelf.kept(place.at());
        return kept != null && home.shelf.current(kept) ? kept.near().entry() : null;
    }

    private void loaded(Load<X> load) {
        if (load instanceof Load.Arriving<X> arriving) {
            arriving(arriving);
        } else if (load instanceof Load.Ended<X> end) {
            ended(end);
        }
    }

    /** The leader may have it unchecked: its request began before the load was sent. Others join until the end. */
    private void arriving(Load.Arriving<X> arriving) {
        arrived = true;
        if (leader == null || !leader.answer(new Lookup.Arriving<>(arriving.answer(), expired()))) {
            loader.discard(arriving.answer());
        }
        arriving.end().subscribe().with(this::ended, this::broken);
    }

    private void ended(Load.Ended<X> end) {
        stopExtending();
        // Before any check is sent: who comes later has missed this load, and goes on when the check is done.
        List<Caller<P, X>> joined = flight.callers.take(() -> true, flight);
        if (arrived && leader != null) {
            joined.remove(leader);
        }
        flight.guarded(joined, () -> ended(end, joined));
    }

    private void broken(Throwable error) {
        stopExtending();
        home.release(lease, new Outcome.Ended());
        flight.end().forEach(caller -> caller.fail(error));
    }

    private void stopExtending() {
        if (extension != null) {
            extension.stop();
        }
    }

    private void ended(Load.Ended<X> load, List<Caller<P, X>> joined) {
        if (load instanceof Load.Storable<X> storable) {
            own = storable.own();
            forwarded = storable.forwarded();
            store(storable.draft(), joined);
            return;
        }
        List<Caller<P, X>> later = flight.end();
        if (load instanceof Load.Passing<X> passing) {
            later = new ArrayList<>(later);
            passing(passing, joined, later);
        } else if (load instanceof Load.Failed<X> failed) {
            home.release(
                    lease,
                    failed.shareable() && failed.vary().isEmpty() // others cannot tell whether they agree
                            ? new Outcome.Failed(home.failures.encode(failed.answer()))
                            : new Outcome.Ended());
            if (!flight.failed(joined, failed, selected) && !failed.shareable()) {
                loader.discard(failed.answer());
            }
        }
        flight.again(later);
    }

    /** @param again takes those that are to look again */
    private void passing(Load.Passing<X> passing, List<Caller<P, X>> joined, List<Caller<P, X>> again) {
        if (passing.remember()) {
            home.passes.add(place.at());
        }
        home.release(lease, passing.remember() ? new Outcome.Unshared() : new Outcome.Ended());
        boolean taken = false;
        for (Caller<P, X> caller : joined) {
            if (caller == leader) {
                taken = caller.answer(new Lookup.Passed<>(passing.answer(), expired(), passing.reason()));
            } else if (passing.remember() || !caller.loader.suitsOthers() || ++caller.strangers >= Flight.STRANGERS) {
                caller.answer(new Lookup.Alone<>());
            } else {
                again.add(caller);
            }
        }
        if (!taken && !arrived) {
            loader.discard(passing.answer());
        }
    }

    private boolean expired() {
        return flight.stale != null || validated;
    }

    // -- the store decides who may have it ---------------------------------------------------------

    private void store(Draft draft, List<Caller<P, X>> joined) {
        List<String> names = Variants.sorted(draft.vary());
        Place at = Variants.select(place.key(), names, selected);
        List<Caller<P, X>> same = new ArrayList<>(joined.size());
        List<Caller<P, X>> others = new ArrayList<>(0);
        List<Caller<P, X>> alone = new ArrayList<>(0);
        List<Caller<P, X>> late = new ArrayList<>(0);
        Entry entry =
                home.shelf.date(draft, lease == null ? 0 : lease.start(), (home.clock.getAsLong() - asked) / 1000);
        for (Caller<P, X> caller : joined) {
            if (caller == leader) {
                same.add(caller);
            } else if (!names.isEmpty()
                    && !Variants.select(place.key(), names, caller.request).equals(at)) {
                others.add(caller);
            } else {
                (!entry.validatesAlways() ? same : caller.began == flight ? alone : late).add(caller);
            }
        }
        boolean tooOld = extension != null && extension.isOver();
        if (!names.isEmpty()) {
            home.varies(place.key(), names);
        }
        if (lease == null || tooOld || entry.useful() <= 0) {
            home.release(lease, new Outcome.Ended());
            List<Caller<P, X>> later = flight.end();
            try {
                alone(same, at, entry, lease == null);
            } finally {
                flight.again(later);
            }
        } else {
            long epoch = home.shelf.epoch();
            List<String> vary = names.isEmpty() ? null : names;
            home.store
                    .store(lease, at.at(), entry, vary)
                    .subscribe()
                    .with(
                            storing -> flight.guarded(same, () -> stored(storing, same, at, entry, epoch)),
                            error -> flight.guarded(same, () -> stored(Storing.UNAVAILABLE, same, at, entry, epoch)));
        }
        for (Caller<P, X> caller : others) {
            home.dispatch(caller, Variants.select(place.key(), names, caller.request));
        }
        if (!alone.isEmpty()) {
            flight.validate(at, home.shelf.keep(at, entry, sent, -1, home.clock.getAsLong()), alone);
        }
        flight.again(late); // what is void for them must not be validated for them either
    }

    private void stored(Storing storing, List<Caller<P, X>> joined, Place at, Entry entry, long epoch) {
        if (storing == Storing.VOID || storing == Storing.UNAVAILABLE) {
            List<Caller<P, X>> later = flight.end();
            try {
                if (storing == Storing.VOID) {
                    refused(joined, at, entry);
                } else {
                    alone(joined, at, entry, true);
                }
            } finally {
                flight.again(later);
            }
            return;
        }
        boolean stored = storing == Storing.STORED;
        Near<P> near = near(at, entry, stored ? epoch : -1);
        List<Caller<P, X>> later = flight.end(); // after the put: those find it near, if no barrier speaks against it
        for (Caller<P, X> caller : joined) {
            caller.answer(answer(near, stored, caller));
        }
        flight.again(later);
    }

    /**
     * The fence refused the value: those who waited load again, together. A caller that this happens to twice, and that
     * was there before the second load began, gets what that brought: it is as new as a load of its own would be.
     */
    private void refused(List<Caller<P, X>> joined, Place at, Entry entry) {
        Near<P> near = null;
        List<Caller<P, X>> next = new ArrayList<>(joined.size());
        for (Caller<P, X> caller : joined) {
            if (++caller.refusals < 2 || caller.began != flight) {
                next.add(caller);
                continue;
            }
            if (near == null) {
                near = near(at, entry, -1);
            }
            caller.answer(answer(near, false, caller));
        }
        flight.again(next);
    }

    /**
     * There is no word of the store on the value.
     *
     * @param down whether the store could not give it: then those who were there when the load was sent may have the
     *     value, and those who came later if no barrier can have been acknowledged since; else only the leader may
     */
    private void alone(List<Caller<P, X>> joined, Place at, Entry entry, boolean down) {
        Near<P> near = near(at, entry, -1);
        boolean proved = down && home.shelf.holds(proof);
        List<Caller<P, X>> next = new ArrayList<>(0);
        for (Caller<P, X> caller : joined) {
            if (caller == leader || proved || down && caller.began == flight) {
                caller.answer(answer(near, false, caller));
            } else if (down) {
                next.add(caller);
            } else {
                caller.answer(new Lookup.Alone<>());
            }
        }
        flight.again(next);
    }

    private Near<P> near(Place at, Entry entry, long epoch) {
        return home.shelf.keep(at, entry, sent, epoch, home.clock.getAsLong()).near();
    }

    private Lookup<P, X> answer(Near<P> near, boolean stored, Caller<P, X> caller) {
        boolean collapsed = caller != leader;
        return new Lookup.Loaded<>(
                collapsed ? near : home.shelf.with(near, own), expired(), stored, collapsed, forwarded);
    }
}
