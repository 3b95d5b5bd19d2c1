package io.sluice.cache;

import static io.sluice.cache.Drafts.ANY;
import static io.sluice.cache.Drafts.FAILURES;
import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.SECOND;
import static io.sluice.cache.Drafts.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refreshes that readers draw before an entry expires: XFetch (Vattani, Chierichetti, Lowenstein, VLDB 2015). */
class EarlyRefreshTest {
    private static final long FRESH = 60 * SECOND;
    private static final long TOOK = SECOND / 10;

    /** Draws the largest value that there is any chance to see, and more. */
    private static final RandomGenerator LARGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public double nextExponential() {
            return 1e9;
        }
    };

    private final ManualTime time = new ManualTime();
    private final Drafts.Held origin = new Drafts.Held();

    private Cache<String, String> cache(RandomGenerator random) {
        return new Cache<>(
                new LocalCacheStore(time::micros), Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, random);
    }

    private static Draft draft(long fresh, double early) {
        Draft plain = Drafts.draft("v", fresh, 0, 0, 0);
        return new Draft(
                plain.status(), plain.headers(), plain.body(), 0, fresh, 0, early, 0, 0, plain.tags(), plain.vary());
    }

    /** Stores an entry whose load took {@link #TOOK}; its expiry, in microseconds of the clock. */
    private long load(Cache<String, String> cache, double early) {
        new Asked(cache.lookup(KEY, ANY, origin));
        long expiry = time.micros() + FRESH;
        time.advance(TOOK);
        origin.end(new Load.Storable<>(draft(FRESH, early)));
        return expiry;
    }

    /** Reads again and again until a refresh is due; how long before the expiry that is, 0 for not before. */
    private long lead(Cache<String, String> cache, long expiry, long every) {
        while (time.micros() < expiry) {
            if (cache.fresh(KEY, ANY) == null) {
                return expiry - time.micros();
            }
            time.advance(Math.min(every, expiry - time.micros()));
        }
        return 0;
    }

    /**
     * Readers every 1/λ draw on their own: the first hit is a Gumbel variable, whose mean is δβ (ln(λδβ) + γ) before the expiry and
     * whose deviation is δβ π/√6.
     */
    @ParameterizedTest
    @CsvSource({"1, 1000", "1, 10000", "0.5, 2000", "4, 5000"})
    void the_mean_lead_is_the_one_of_independent_draws_of_every_reader(double beta, long everyMicros) {
        int runs = 300;
        double scale = beta * TOOK;
        double sum = 0;
        for (int i = 0; i < runs; i++) {
            Cache<String, String> cache = cache(new Random(i));
            long expiry = load(cache, beta);
            time.advance(FRESH / 2);
            sum += lead(cache, expiry, everyMicros);
        }
        double expected = scale * (Math.log(scale / everyMicros) + 0.5772);
        double deviation = scale * Math.PI / Math.sqrt(6) / Math.sqrt(runs);
        assertEquals(expected, sum / runs, 4 * deviation + everyMicros);
    }

    @Test
    void a_key_that_is_hardly_read_is_hardly_ever_refreshed_early() {
        int early = 0;
        for (int i = 0; i < 300; i++) {
            Cache<String, String> cache = cache(new Random(i));
            early += lead(cache, load(cache, 1), 7 * SECOND) > 0 ? 1 : 0;
        }
        assertTrue(early <= 12, "" + early); // one reader within the last 7 s: 1 in 70 is within one lead
    }

    @Test
    void off_by_default_nobody_draws() {
        Cache<String, String> cache = cache(LARGEST);
        assertEquals(0, lead(cache, load(cache, 0), 10_000));
        assertNull(cache.fresh(KEY, ANY), "it expires as ever");
    }

    @Test
    void nobody_draws_before_half_the_lifetime_nor_far_from_the_end() {
        Cache<String, String> far = cache(LARGEST);
        assertEquals(32 * TOOK, lead(far, load(far, 1), 1_000), 1_000);
        Cache<String, String> half = cache(LARGEST);
        assertEquals(FRESH / 2, lead(half, load(half, 100), 1_000), 1_000);
    }

    @Test
    void one_refresh_runs_in_the_background_and_nobody_waits() {
        Cache<String, String> cache = cache(LARGEST);
        long expiry = load(cache, 1);
        time.advance(expiry - TOOK - time.micros());
        assertNull(cache.fresh(KEY, ANY));
        assertInstanceOf(Lookup.Hit.class, new Asked(cache.lookup(KEY, ANY, origin)).answer);
        assertEquals(2, origin.calls);
        assertNotNull(cache.fresh(KEY, ANY), "it is begun");
        assertInstanceOf(Lookup.Hit.class, new Asked(cache.lookup(KEY, ANY, origin)).answer);
        assertEquals(2, origin.calls);
        origin.end(new Load.Storable<>(draft(FRESH, 1)));
        time.advance(2 * TOOK);
        assertNotNull(cache.fresh(KEY, ANY), "past the first expiry");
    }

    @Test
    void a_drawn_refresh_that_failed_is_due_again_a_while_later_and_an_entry_past_its_time_is_stale() {
        Cache<String, String> cache = cache(LARGEST);
        long expiry = load(cache, 20);
        time.advance(expiry - 10 * TOOK - 2 * SECOND - time.micros());
        new Asked(cache.lookup(KEY, ANY, origin));
        origin.end(new Load.Failed<>("down"));
        assertNotNull(cache.fresh(KEY, ANY));
        time.advance(SETTINGS.retry());
        assertNull(cache.fresh(KEY, ANY));
        time.advance(expiry - time.micros());
        Asked late = new Asked(cache.lookup(KEY, ANY, origin));
        assertNull(late.answer);
        origin.end("w");
        assertEquals("w", late.body());
    }

    @Test
    void two_instances_that_draw_load_once_and_both_have_the_new_entry() {
        SimulatedFleet fleet = new SimulatedFleet(time);
        List<SimulatedFleet.Member> members = List.of(fleet.new Member(), fleet.new Member());
        List<Cache<String, String>> caches = members.stream()
                .map(member -> new Cache<>(member, Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, LARGEST))
                .toList();
        new Asked(caches.get(0).lookup(KEY, ANY, origin));
        fleet.settle();
        time.advance(TOOK);
        origin.end(new Load.Storable<>(draft(FRESH, 1)));
        fleet.settle();
        new Asked(caches.get(1).lookup(KEY, ANY, origin));
        fleet.settle();
        time.advance(FRESH - 2 * TOOK);
        for (Cache<String, String> cache : caches) {
            assertNull(cache.fresh(KEY, ANY));
            assertInstanceOf(Lookup.Hit.class, new Asked(cache.lookup(KEY, ANY, origin)).answer);
        }
        fleet.settle();
        assertEquals(2, origin.calls, "the other one is told that it is under way");
        origin.end(new Load.Storable<>(draft(FRESH, 1)));
        fleet.settle();
        time.advance(SETTINGS.retry());
        new Asked(caches.get(1).lookup(KEY, ANY, origin));
        fleet.settle();
        assertEquals(2, origin.calls);
        for (Cache<String, String> cache : caches) {
            Near<String> near = Objects.requireNonNull(cache.fresh(KEY, ANY));
            assertTrue(near.ttl(time.nanos()) > FRESH / 2);
        }
    }

    @Test
    void who_reads_the_shared_cache_draws_too() {
        SimulatedFleet fleet = new SimulatedFleet(time);
        Cache<String, String> first =
                new Cache<>(fleet.new Member(), Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, LARGEST);
        Cache<String, String> other =
                new Cache<>(fleet.new Member(), Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, LARGEST);
        new Asked(first.lookup(KEY, ANY, origin));
        fleet.settle();
        time.advance(TOOK);
        origin.end(new Load.Storable<>(draft(FRESH, 1)));
        fleet.settle();
        time.advance(FRESH - 2 * TOOK);
        Asked reader = new Asked(other.lookup(KEY, ANY, origin));
        fleet.settle();
        assertInstanceOf(Lookup.Hit.class, reader.answer);
        assertEquals(2, origin.calls);
    }
}
