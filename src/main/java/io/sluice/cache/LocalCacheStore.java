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
    public Uni<Void> invalidate(List<String> names) {
        return Uni.createFrom().item(() -> {
            barriers.hear(names, instant());
            return null;
        });
    }
}
