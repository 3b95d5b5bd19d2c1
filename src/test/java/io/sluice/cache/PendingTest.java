package io.sluice.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PendingTest {
    private final ArrayDeque<Runnable> timers = new ArrayDeque<>();
    private final List<List<String>> set = new ArrayList<>();
    private boolean down;
    private final CacheStore store = new Down();
    private final Pending pending = new Pending(store, (micros, task) -> {
        timers.add(task);
        return () -> timers.remove(task);
    });

    /** Takes barriers, or not. */
    private final class Down implements CacheStore {
        private final LocalCacheStore inner = new LocalCacheStore(() -> 1);

        @Override
        public Barriers barriers() {
            return inner.barriers();
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public boolean shared() {
            return true;
        }

        @Override
        public Uni<Reading> acquire(Place place, long leaseMicros, long due) {
            return inner.acquire(place, leaseMicros);
        }

        @Override
        public Uni<Boolean> extend(Lease lease, long leaseMicros) {
            return inner.extend(lease, leaseMicros);
        }

        @Override
        public Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary) {
            return inner.store(lease, at, entry, vary);
        }

        @Override
        public Uni<Void> release(Lease lease, Outcome outcome) {
            return inner.release(lease, outcome);
        }

        @Override
        public Waiting await(CacheKey at, Consumer<Outcome> heard) {
            return inner.await(at, heard);
        }

        @Override
        public Uni<Void> commits(List<Commit> commits) {
            if (down) {
                return Uni.createFrom().failure(new IllegalStateException("down"));
            }
            commits.forEach(commit -> set.add(commit.names()));
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<@Nullable Long> begin() {
            return inner.begin();
        }

        @Override
        public Uni<Wrote> write(Commit commit, @Nullable Through through) {
            return down ? Uni.createFrom().failure(new IllegalStateException("down")) : inner.write(commit, through);
        }
    }

    private void fail(String... names) {
        assertThrows(
                IllegalStateException.class,
                () -> pending.surely(List.of(names)).await().indefinitely());
    }

    private void tick() {
        timers.remove().run();
    }

    @Test
    void what_the_store_takes_is_set_once() {
        pending.surely(List.of("a")).await().indefinitely();
        assertEquals(List.of(List.of("a")), set);
        assertEquals(0, timers.size());
    }

    @Test
    void what_it_did_not_take_is_set_when_it_is_back() {
        down = true;
        fail("a", "b");
        fail("c");
        tick();
        tick();
        down = false;
        tick();
        assertEquals(List.of(List.of("a", "b", "c")), set);
        assertEquals(0, timers.size());
    }

    @Test
    void very_many_are_one_for_everything() {
        down = true;
        IntStream.range(0, 1_001).forEach(i -> fail("n" + i));
        down = false;
        tick();
        assertEquals(List.of(List.of(Barriers.EVERYTHING)), set);
    }
}
