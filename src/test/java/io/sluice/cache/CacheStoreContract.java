package io.sluice.cache;

import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store promises. */
public abstract class CacheStoreContract {
    protected static final long LEASE = 2_000_000;
    protected static final Place PLACE = Place.of(KEY);

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
        for (String name : List.of("t:product:42", Barriers.ofKey(KEY), "r:product", "*")) {
            Lease lease = lease(PLACE);
            get(store().invalidate(List.of(name)));
            assertEquals(Storing.VOID, store(lease), name);
        }
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
