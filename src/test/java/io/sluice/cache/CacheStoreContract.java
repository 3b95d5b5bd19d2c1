package io.sluice.cache;

import static io.sluice.cache.Drafts.ANY;
import static io.sluice.cache.Drafts.FAILURES;
import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.SECOND;
import static io.sluice.cache.Drafts.SETTINGS;
import static io.sluice.cache.Drafts.draft;
import static io.sluice.cache.Drafts.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store promises. */
public abstract class CacheStoreContract {
    protected static final long LEASE = 2_000_000;
    protected static final Place PLACE = Place.of(KEY);
    private static final List<String> NAMES = List.of("t:product:42", Barriers.ofKey(KEY), "r:product", "*");

    /** A store with nothing in it. */
    protected abstract CacheStore store();

    protected static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(5));
    }

    protected Lease lease(Place place) {
        return assertInstanceOf(Reading.Leased.class, get(store().acquire(place, LEASE)))
                .lease();
    }

    protected Storing store(Lease lease) {
        return get(store().store(lease, lease.place().at(), entry("v", lease.start()), null));
    }

    @Test
    void instants_never_repeat_nor_go_back() {
        long last = Long.MIN_VALUE;
        for (int i = 0; i < 200; i++) {
            long start = lease(Place.of(new CacheKey("r", "/" + i))).start();
            assertTrue(start > last);
            last = start;
        }
    }

    @Test
    void a_load_with_no_barrier_since_its_start_is_stored() {
        assertEquals(Storing.STORED, store(lease(PLACE)));
    }

    @Test
    void a_barrier_on_a_tag_the_key_the_route_or_everything_refuses_a_load_that_began_before() {
        for (String name : NAMES) {
            Lease lease = lease(PLACE);
            get(store().invalidate(List.of(name)));
            assertEquals(Storing.VOID, store(lease), name);
        }
    }

    @Test
    void a_soft_barrier_refuses_a_load_that_began_before_too_and_voids_nothing() {
        for (String name : NAMES) {
            Lease lease = lease(PLACE);
            get(store().invalidate(List.of(Barriers.soft(name))));
            assertFalse(store().barriers().isVoid(Barriers.names(KEY, List.of("product:42")), lease.start()), name);
            assertEquals(Storing.VOID, store(lease), name);
            assertEquals(Storing.STORED, store(lease(PLACE)), name);
            get(store().invalidate(List.of(name)));
        }
    }

    @Test
    void an_acknowledged_soft_barrier_makes_an_entry_stale_that_stands_in_until_a_hard_one_voids_it() {
        Cache<String, String> cache = new Cache<>(
                store(),
                Drafts::prepared,
                FAILURES,
                SETTINGS,
                (delay, run) -> () -> {},
                System::nanoTime,
                new Random(1));
        Loader<String> down = Drafts.now(new Load.Failed<>("down"));
        for (String name : NAMES) {
            get(cache.lookup(KEY, ANY, Drafts.now(new Load.Storable<>(draft(name, 60 * SECOND, 0, 0, 60 * SECOND)))));
            assertNotNull(cache.fresh(KEY, ANY), name);
            get(cache.purge(List.of(name), true));
            assertNull(cache.fresh(KEY, ANY), name);
            assertNull(get(cache.stored(KEY, ANY, 0)), name);
            Lookup.Stale<String, String> stale =
                    assertInstanceOf(Lookup.Stale.class, get(cache.lookup(KEY, ANY, down)), name);
            assertEquals(Lookup.Stale.Why.ORIGIN_FAILED, stale.why());
            assertEquals(name, stale.near().prepared());
            get(cache.purge(List.of(name), false));
            assertInstanceOf(Lookup.Failed.class, get(cache.lookup(KEY, ANY, down)), name);
        }
    }

    @Test
    void a_soft_barrier_on_another_name_refuses_nothing() {
        Lease lease = lease(PLACE);
        get(store().invalidate(List.of("~t:product:43", "~r:other", "~t:*")));
        assertEquals(Storing.STORED, store(lease));
    }

    @Test
    void a_barrier_on_another_name_refuses_nothing() {
        Lease lease = lease(PLACE);
        get(store().invalidate(List.of("t:product:43", "r:other", Barriers.ofKey(new CacheKey("product", "/")))));
        assertEquals(Storing.STORED, store(lease));
    }

    @Test
    void a_load_that_begins_after_a_barrier_is_stored() {
        get(store().invalidate(List.of("t:product")));
        assertEquals(Storing.STORED, store(lease(PLACE)));
    }

    @Test
    void an_acknowledged_barrier_has_been_heard_here() {
        Lease lease = lease(PLACE);
        long before = store().barriers().heard();
        get(store().invalidate(List.of("t:product:42")));
        Lease later = lease(Place.of(new CacheKey("product", "/later")));
        assertTrue(store().barriers().heard() > before);
        assertTrue(store().barriers().isVoid(Barriers.names(KEY, List.of("product:42")), lease.start()));
        assertFalse(store().barriers().isVoid(Barriers.names(KEY, List.of("product:42")), later.start()));
    }

    @Test
    void a_lease_still_held_is_extended() {
        assertTrue(get(store().extend(lease(PLACE), LEASE)));
    }

    @Test
    void what_was_given_back_can_be_taken_again() {
        get(store().release(lease(PLACE), new Outcome.Ended()));
        lease(PLACE);
    }

    // -- writes ------------------------------------------------------------------------------------------------------

    private static final AtomicInteger IDS = new AtomicInteger();

    protected static Commit commit(String... names) {
        return new Commit("x" + IDS.incrementAndGet(), List.of(names));
    }

    protected long begin() {
        return Objects.requireNonNull(get(store().begin()));
    }

    protected long write(Commit commit, long begun) {
        CacheStore.Wrote wrote =
                get(store().write(commit, new CacheStore.Through(KEY, entry("w", begun), 30 * SECOND)));
        get(wrote.acknowledged());
        return wrote.start();
    }

    private boolean isVoid(long start) {
        return store().barriers().isVoid(Barriers.names(KEY, List.of("product", "product:42")), start);
    }

    private static final String TAG = "t:product:42";

    @Test
    void what_is_written_through_counts_from_after_its_own_barrier() {
        Lease running = lease(PLACE);
        long begun = begin();
        assertTrue(begun > running.start());
        long start = write(commit(TAG), begun);
        assertTrue(start > begun);
        assertTrue(isVoid(begun));
        assertFalse(isVoid(start));
        assertEquals(Storing.VOID, store(running));
    }

    @Test
    void a_write_with_nothing_to_store_puts_its_barrier() {
        Lease running = lease(PLACE);
        assertFalse(get(store().write(commit(TAG), null)).stored());
        assertEquals(Storing.VOID, store(running));
    }

    @Test
    void another_barrier_since_it_began_on_any_name_refuses_what_was_written() {
        for (String name : NAMES) {
            for (String barrier : List.of(name, Barriers.soft(name))) {
                long begun = begin();
                get(store().commits(List.of(commit(barrier))));
                Lease running = lease(PLACE);
                assertEquals(CacheStore.Wrote.NOT_STORED, write(commit(TAG), begun), barrier);
                assertEquals(Storing.VOID, store(running), "its own barrier is put all the same");
            }
        }
        assertTrue(write(commit(TAG), begin()) > 0, "what came before it began does not refuse it");
    }

    @Test
    void its_own_notification_neither_refuses_what_was_written_nor_voids_it() {
        Commit mine = commit(TAG, "t:category:7");
        long begun = begin();
        get(store().commits(List.of(mine)));
        get(store().commits(List.of(mine)));
        long start = write(new Commit(mine.id(), List.of(TAG)), begun);
        assertTrue(start > begun);
        get(store().commits(List.of(mine)));
        assertFalse(isVoid(start));
    }

    @Test
    void its_own_barrier_does_not_hide_another_one_that_came_before_it() {
        Commit mine = commit(TAG);
        long begun = begin();
        get(store().commits(List.of(commit(TAG))));
        get(store().commits(List.of(mine)));
        assertEquals(CacheStore.Wrote.NOT_STORED, write(mine, begun));
    }

    @Test
    void of_commits_that_are_told_together_none_is_taken_for_the_other() {
        Commit first = commit(TAG);
        Commit second = commit(TAG);
        long begun = begin();
        get(store().commits(List.of(first, second)));
        assertEquals(CacheStore.Wrote.NOT_STORED, write(first, begun));
        begun = begin();
        get(store().commits(List.of(commit(TAG), second, commit(TAG))));
        assertEquals(CacheStore.Wrote.NOT_STORED, write(second, begun));
    }

    @Test
    void a_commit_that_is_told_again_voids_nothing_that_was_loaded_since() {
        Commit told = commit(TAG);
        Lease before = lease(Place.of(new CacheKey("product", "/before")));
        get(store().commits(List.of(told)));
        Lease since = lease(PLACE);
        get(store().commits(List.of(told)));
        assertEquals(Storing.STORED, store(since));
        assertEquals(Storing.VOID, store(before));
    }

    @Test
    void what_a_commit_did_not_name_the_first_time_is_voided_up_to_the_present() {
        Commit mine = commit(TAG);
        long start = write(mine, begin());
        get(store().commits(List.of(new Commit(mine.id(), List.of(TAG, "t:product")))));
        assertTrue(isVoid(start));
    }

    @Test
    void a_commit_that_nobody_can_tell_from_others_is_voided_each_time() {
        for (int i = 0; i < 2; i++) {
            Lease lease = lease(PLACE);
            get(store().commits(List.of(new Commit(null, List.of(TAG)))));
            assertEquals(Storing.VOID, store(lease));
        }
    }

    @Test
    void an_id_that_comes_again_after_everything_or_in_a_later_write_is_another_commits() {
        Commit told = commit(TAG);
        get(store().commits(List.of(told)));
        get(store().invalidate(List.of(Barriers.EVERYTHING)));
        Lease lease = lease(PLACE);
        get(store().commits(List.of(told)));
        assertEquals(Storing.VOID, store(lease));
        lease = lease(PLACE);
        assertTrue(write(told, begin()) > 0);
        assertEquals(Storing.VOID, store(lease));
    }

    @Test
    void a_commit_of_very_many_names_is_voided_whenever_it_is_told() {
        String[] many = IntStream.rangeClosed(0, CommitRegister.MOST_NAMES)
                .mapToObj(i -> "t:product:" + i)
                .toArray(String[]::new);
        Commit large = commit(many);
        for (int i = 0; i < 2; i++) {
            Lease lease = lease(PLACE);
            get(store().commits(List.of(large)));
            assertEquals(Storing.VOID, store(lease));
        }
    }

    @Test
    void what_was_begun_too_long_ago_is_not_stored() {
        long begun = begin();
        begin();
        assertFalse(get(store().write(commit(TAG), new CacheStore.Through(KEY, entry("w", begun), 0)))
                .stored());
        assertTrue(isVoid(begun));
    }
}
