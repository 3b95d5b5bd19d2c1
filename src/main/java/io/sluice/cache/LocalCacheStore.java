package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A store for a process that runs alone: instants and barriers, no shared entries, nobody to wait for. */
public final class LocalCacheStore implements CacheStore {
    private static final int NAMES = 100_000;

    private final LongSupplier micros;
    private final Barriers barriers = new Barriers(NAMES);
    private final CommitRegister register = new CommitRegister(barriers::latest);
    private long last = Long.MIN_VALUE;

    /** @param micros a clock in microseconds; it may jump, the store's instants never repeat nor go back */
    public LocalCacheStore(LongSupplier micros) {
        this.micros = micros;
    }

    private synchronized long instant() {
        long now = micros.getAsLong();
        last = now > last ? now : last + 1;
        return last;
    }

    @Override
    public Barriers barriers() {
        return barriers;
    }

    @Override
    public boolean alive() {
        return true;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Uni<Reading> acquire(Place place, long leaseMicros, long due) {
        return Uni.createFrom().item(() -> {
            long now = instant();
            return leaseMicros == 0
                    ? new Reading.Held(0, null, now)
                    : new Reading.Leased(new Lease(place, now, ""), null, now);
        });
    }

    @Override
    public Uni<Boolean> extend(Lease lease, long leaseMicros) {
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary) {
        return Uni.createFrom()
                .item(() -> barriers.refuses(Barriers.names(lease.place().key(), entry.tags()), entry.start())
                        ? Storing.VOID
                        : Storing.STORED);
    }

    @Override
    public Uni<Void> release(Lease lease, Outcome outcome) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Waiting await(CacheKey at, Consumer<Outcome> heard) {
        return () -> {};
    }

    @Override
    public Uni<Void> commits(List<Commit> commits) {
        return Uni.createFrom().item(() -> {
            commits.forEach(commit -> put(commit, Long.MIN_VALUE));
            return null;
        });
    }

    @Override
    public Uni<@Nullable Long> begin() {
        return Uni.createFrom().item(this::instant);
    }

    @Override
    public Uni<Wrote> write(Commit commit, @Nullable Through through) {
        return Uni.createFrom()
                .item(() -> new Wrote(put(commit, through), Uni.createFrom().voidItem()));
    }

    private synchronized long put(Commit commit, @Nullable Through through) {
        boolean stores = through != null && stores(commit.id(), through);
        put(commit, through == null ? Long.MAX_VALUE : through.entry().start());
        return stores ? instant() : Wrote.NOT_STORED;
    }

    private boolean stores(@Nullable String id, Through through) {
        long began = through.entry().start();
        String[] names = Barriers.names(through.key(), through.entry().tags());
        return instant() - began <= through.deadline()
                && barriers.softened(names, began) == Barriers.NEVER
                && register.alone(id, names, began)
                && barriers.floor() < began;
    }

    /** @param after none of its barriers is from before */
    private synchronized void put(Commit commit, long after) {
        long at = instant();
        barriers.hear(register.missing(commit, at, Math.max(after, barriers.floor())), at);
    }
}
