package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** Finds what is stored, near or shared, with no load. */
final class Finder<P, X> {
    /**
     * Something that may be used.
     *
     * @param place where it is stored: a variant's, where the key varies
     */
    record Found<P>(Place place, Slot.Kept<P> kept) {}

    private final Coalescer<P, X> home;
    private final Shelf<P> shelf;

    Finder(Coalescer<P, X> home) {
        this.home = home;
        this.shelf = home.shelf;
    }

    /** @param maxStale for how many microseconds it may have been stale; 0: it is to be fresh */
    Uni<@Nullable Found<P>> find(CacheKey key, Selecting request, long maxStale) {
        return Uni.createFrom().deferred(() -> {
            Place place = Variants.select(key, home.names(key), request);
            Slot.Kept<P> kept = shelf.kept(place.at());
            return kept != null && suits(kept, maxStale)
                    ? Uni.createFrom().item(new Found<>(place, kept))
                    : read(place, request, maxStale, true);
        });
    }

    private boolean suits(Slot.Kept<P> kept, long maxStale) {
        return shelf.current(kept) && kept.near().ttl(home.clock.getAsLong()) > -maxStale;
    }

    /** @param follow whether a key that turns out to vary is asked for once more */
    private Uni<@Nullable Found<P>> read(Place place, Selecting request, long maxStale, boolean follow) {
        long sent = home.clock.getAsLong();
        long epoch = shelf.epoch();
        return home.store.acquire(place, 0).chain(reading -> {
            if (reading instanceof Reading.Fresh found) {
                return Uni.createFrom().item(found(place, found.entry(), found.now(), sent, epoch, maxStale));
            } else if (reading instanceof Reading.Held held) {
                return Uni.createFrom().item(found(place, held.entry(), held.now(), sent, epoch, maxStale));
            } else if (reading instanceof Reading.Varies varies && follow) {
                home.varies(place.key(), varies.names());
                return read(Variants.select(place.key(), varies.names(), request), request, maxStale, false);
            }
            return Uni.createFrom().nullItem();
        });
    }

    private @Nullable Found<P> found(
            Place place, @Nullable Entry entry, long now, long sent, long epoch, long maxStale) {
        if (entry == null) {
            return null;
        }
        Slot.Kept<P> kept =
                shelf.keep(place, entry, sent - (now - entry.start()) * 1000, epoch, home.clock.getAsLong());
        return suits(kept, maxStale) ? new Found<>(place, kept) : null;
    }
}
