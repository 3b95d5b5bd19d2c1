package io.sluice.redis;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CacheStore;
import io.sluice.cache.Entry;
import io.sluice.cache.Lease;
import io.sluice.cache.Outcome;
import io.sluice.cache.Place;
import io.sluice.cache.Reading;
import io.sluice.cache.Storing;
import io.sluice.cache.Timer;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The shared cache on Redis. */
public final class RedisCacheStore implements CacheStore {
    /**
     * @param prefix of every key and channel: the same as the backplane's
     * @param deadline how long a reply may take, in microseconds; after it the store counts as unavailable
     */
    public RedisCacheStore(Commands commands, Backplane backplane, String prefix, Timer timer, long deadline) {}

    @Override
    public Barriers barriers() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean alive() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public Uni<Reading> acquire(Place place, long leaseMicros) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<Boolean> extend(Lease lease, long leaseMicros) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<Void> release(Lease lease, Outcome outcome) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Waiting await(CacheKey at, Consumer<Outcome> heard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<Void> invalidate(List<String> names) {
        throw new UnsupportedOperationException();
    }
}
