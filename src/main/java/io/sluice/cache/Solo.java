package io.sluice.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of callers that ask the origin each for itself, because what it answers one of them may not be given to another: the last
 * answer could not be stored, or has to be validated for every request (RFC 9111 §5.2.2.4).
 */
final class Solo<P, X> {
    private final Coalescer<P, X> home;
    private final Shelf<P> shelf;

    Solo(Coalescer<P, X> home) {
        this.home = home;
        this.shelf = home.shelf;
    }

    /** Nothing is stored that could be validated. */
    void pass(Place place, Caller<P, X> caller) {
        ask(place, null, caller);
    }

    /**
     * Asks whether what is stored is still right.
     *
     * @param told not void when the caller came
     */
    void validate(Place place, Slot.Kept<P> told, Caller<P, X> caller) {
        ask(place, told, caller);
    }

    private void ask(Place place, Slot.@Nullable Kept<P> told, Caller<P, X> caller) {
        long sent = home.clock.getAsLong();
        long epoch = shelf.epoch();
        Calls.load(caller.loader, told == null ? null : told.near().entry())
                .subscribe()
                .with(load -> guarded(caller, () -> answered(place, told, caller, load, sent, epoch)), caller::fail);
    }

    /** Whatever goes wrong while an entry is prepared: nobody is left waiting. */
    private static void guarded(Caller<?, ?> caller, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            caller.fail(e);
        }
    }

    private void answered(
            Place place, Slot.@Nullable Kept<P> told, Caller<P, X> caller, Load<X> load, long sent, long epoch) {
        if (load instanceof Load.Arriving<X> arriving) {
            if (!caller.answer(new Lookup.Arriving<>(arriving.answer(), told != null))) {
                caller.loader.discard(arriving.answer());
            }
            arriving.end().subscribe().with(end -> arrived(place, told, end, sent, epoch), broken -> {});
        } else if (load instanceof Load.Passing<X> passing) {
            if (!caller.answer(new Lookup.Passed<>(passing.answer(), told != null, passing.reason()))) {
                caller.loader.discard(passing.answer());
            }
        } else if (load instanceof Load.Storable<X> storable) {
            home.passes.remove(place.at());
            Slot.Kept<P> kept = told == null
                    ? shelf.keep(place, shelf.date(storable.draft(), 0, took(sent)), sent, -1, home.clock.getAsLong())
                    : validated(place, told, storable.draft(), sent, epoch);
            boolean stored = shelf.current(kept);
            Near<P> near = kept.near();
            caller.answer(new Lookup.Loaded<>(
                    shelf.with(near, storable.own()), told != null, stored, false, storable.forwarded()));
        } else if (load instanceof Load.Failed<X> failed) {
            Near<P> standIn = shelf.standIn(place.at(), told, false);
            boolean taken = caller.answer(
                    standIn == null
                            ? new Lookup.Failed<>(failed.answer(), false)
                            : new Lookup.Stale<>(standIn, Lookup.Stale.Why.ORIGIN_FAILED, false, failed.forwarded()));
            if (!failed.shareable() && !(taken && standIn == null)) {
                caller.loader.discard(failed.answer());
            }
        }
    }

    /** Its caller has it; it may be kept, too. */
    private void arrived(Place place, Slot.@Nullable Kept<P> told, Load.Ended<X> end, long sent, long epoch) {
        if (end instanceof Load.Storable<X> storable) {
            home.passes.remove(place.at());
            if (told != null) {
                validated(place, told, storable.draft(), sent, epoch);
            }
        }
    }

    private long took(long sent) {
        return (home.clock.getAsLong() - sent) / 1000;
    }

    /**
     * Keeps what the origin said in the place of what is here, in this process only. No instant of the store was taken for this load,
     * so that it has the one of what it replaces: barriers since then void it, though it may be newer.
     */
    private Slot.Kept<P> validated(Place place, Slot.Kept<P> told, Draft draft, long sent, long epoch) {
        Entry entry = shelf.date(draft, told.near().entry().start(), took(sent));
        List<String> names = Variants.sorted(draft.vary());
        boolean same = names.equals(home.names(place.key())) && epoch == told.epoch;
        return shelf.keep(place, entry, sent, same ? epoch : -1, home.clock.getAsLong());
    }
}
