package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts what was written where reads find it, and voids what it made untrue. */
final class Writing<P> {
    private final CacheStore store;
    private final Shelf<P> shelf;
    private final Pending pending;
    private final Passes passes;
    private final long deadline;
    private final LongSupplier clock;

    Writing(
            CacheStore store,
            Shelf<P> shelf,
            Pending pending,
            Passes passes,
            CacheSettings settings,
            LongSupplier clock) {
        this.store = store;
        this.shelf = shelf;
        this.pending = pending;
        this.passes = passes;
        this.deadline = settings.loadDeadline();
        this.clock = clock;
    }

    Uni<@Nullable Begun> begin() {
        return Uni.createFrom().deferred(() -> {
            long nanos = clock.getAsLong();
            long epoch = shelf.epoch();
            return epoch < 0
                    ? Uni.createFrom().nullItem()
                    : store.begin().map(instant -> instant == null ? null : new Begun(instant, epoch, nanos));
        });
    }

    Uni<Boolean> written(Written write) {
        return Uni.createFrom().deferred(() -> {
            CacheKey key = write.key();
            Commit commit = new Commit(
                    write.id(),
                    Stream.concat(
                                    write.tags().stream().map(Barriers::ofTag),
                                    Stream.ofNullable(key).map(Barriers::ofKey))
                            .toList());
            long sent = clock.getAsLong();
            long epoch = shelf.epoch();
            CacheStore.Through through = through(write, sent, epoch);
            return pending.surely(commit.names(), store.write(commit, through)).chain(wrote -> {
                if (through == null || !wrote.stored()) {
                    return wrote.acknowledged().replaceWith(false);
                }
                Entry entry = through.entry().since(wrote.start());
                passes.remove(through.key());
                shelf.keep(Place.of(through.key()), entry, sent, epoch, clock.getAsLong());
                return wrote.acknowledged().replaceWith(true);
            });
        });
    }

    private CacheStore.@Nullable Through through(Written write, long now, long epoch) {
        Begun begun = write.begun();
        CacheKey key = write.key();
        Draft draft = write.draft();
        if (begun == null || key == null || draft == null || !draft.vary().isEmpty() || begun.epoch() != epoch) {
            return null;
        }
        Slot.Kept<P> kept = shelf.kept(key);
        if (kept != null && kept.near().entry().start() > begun.instant()) {
            return null; // its load may have seen a later commit: readers would go backwards
        }
        Entry entry = shelf.date(draft, begun.instant(), (now - begun.nanos()) / 1000);
        return entry.useful() > 0 ? new CacheStore.Through(key, entry, deadline) : null;
    }
}
