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
import java.util.Random;
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
}
