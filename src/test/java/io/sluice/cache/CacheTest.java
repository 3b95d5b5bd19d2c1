package io.sluice.cache;

import static io.sluice.cache.Drafts.ANY;
import static io.sluice.cache.Drafts.FAILURES;
import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.SECOND;
import static io.sluice.cache.Drafts.SETTINGS;
import static io.sluice.cache.Drafts.draft;
import static io.sluice.cache.Drafts.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One process, a driven clock, no shared cache. */
class CacheTest {
    private final ManualTime time = new ManualTime();
    private final CacheStore store = new LocalCacheStore(time::micros);
    private final Cache<String, String> cache = cache(SETTINGS);
    private final Drafts.Held origin = new Drafts.Held();

    private Cache<String, String> cache(CacheSettings settings) {
        return new Cache<>(store, Drafts::prepared, FAILURES, settings, time, time::nanos, new Random(1));
    }

    private Asked ask(Loader<String> loader) {
        return ask(loader, ANY);
    }

    private Asked ask(Loader<String> loader, Selecting request) {
        return new Asked(cache.lookup(KEY, request, loader));
    }

    private void put(Draft draft) {
        ask(now(new Load.Storable<>(draft)));
    }

    private static Lookup.Stale.Why why(Asked asked) {
        return assertInstanceOf(Lookup.Stale.class, asked.answer).why();
    }

    @Test
    void a_miss_loads_and_stores_and_the_next_is_a_hit() {
        Asked first = ask(now("v"));
        Lookup.Loaded<?, ?> loaded = assertInstanceOf(Lookup.Loaded.class, first.answer);
        assertTrue(loaded.stored() && !loaded.expired() && !loaded.collapsed());
        assertNotNull(cache.fresh(KEY, ANY));
        assertInstanceOf(Lookup.Hit.class, ask(origin).answer);
        assertEquals(0, origin.calls);
    }

    @Test
    void a_hit_allocates_nothing() {
        put(draft("v"));
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        int hits = 20_000;
        for (int i = 0; i < hits; i++) {
            assertNotNull(cache.fresh(KEY, ANY));
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < hits; i++) {
            if (cache.fresh(KEY, ANY) == null) {
                break;
            }
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < hits, "bytes: " + bytes);
    }

    @Test
    void callers_of_a_running_load_share_it() {
        List<Asked> all = List.of(ask(origin), ask(origin), ask(origin));
        origin.end("v");
        assertEquals(1, origin.calls);
        all.forEach(asked -> assertEquals("v", asked.body()));
        assertTrue(assertInstanceOf(Lookup.Loaded.class, all.get(1).answer).collapsed());
    }

    @Test
    void the_first_caller_leaving_never_cancels_the_load() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        first.leave();
        origin.end("v");
        assertNull(first.answer);
        assertEquals("v", second.body());
        assertEquals(1, origin.calls);
    }

    @Test
    void an_entry_ages_and_expires() {
        put(draft("v", 60 * SECOND, 0, 0, 0));
        time.advance(59 * SECOND);
        Near<String> near = Objects.requireNonNull(cache.fresh(KEY, ANY));
        assertEquals(59, near.ageSeconds(time.nanos()));
        assertEquals(SECOND, near.ttl(time.nanos()));
        time.advance(SECOND);
        assertNull(cache.fresh(KEY, ANY));
        assertEquals("w", ask(now("w")).body());
    }

    @Test
    void a_load_counts_into_the_age() {
        Asked asked = ask(origin);
        time.advance(7 * SECOND);
        origin.end("v");
        assertEquals(
                7, assertInstanceOf(Lookup.Loaded.class, asked.answer).near().ageSeconds(time.nanos()));
    }

    @Test
    void past_refresh_after_one_refresh_runs_and_nobody_waits() {
        put(draft("old", 60 * SECOND, 45 * SECOND, 0, 0));
        time.advance(45 * SECOND);
        assertNull(cache.fresh(KEY, ANY), "a refresh is due");
        assertEquals(
                "old",
                assertInstanceOf(Lookup.Hit.class, ask(origin).answer).near().prepared());
        assertNotNull(cache.fresh(KEY, ANY), "while it runs the hot path serves");
        assertInstanceOf(Lookup.Hit.class, ask(origin).answer);
        assertEquals(1, origin.calls);
        origin.end("new");
        assertEquals("new", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void a_failed_refresh_is_not_repeated_at_once() {
        put(draft("old", 60 * SECOND, 45 * SECOND, 0, 0));
        time.advance(45 * SECOND);
        ask(origin);
        origin.end(new Load.Failed<>("503"));
        ask(origin);
        assertEquals(1, origin.calls);
        time.advance(SECOND);
        ask(origin);
        assertEquals(2, origin.calls);
    }

    @Test
    void stale_while_revalidate_serves_stale_while_one_refresh_runs() {
        put(draft("old", 10 * SECOND, 0, 5 * SECOND, 0));
        time.advance(12 * SECOND);
        Asked first = ask(origin);
        Asked second = ask(origin);
        assertEquals(Lookup.Stale.Why.REFRESHING, why(first));
        assertTrue(assertInstanceOf(Lookup.Stale.class, second.answer).collapsed());
        assertEquals(1, origin.calls);
        origin.end(new Load.Storable<>(draft("new", 10 * SECOND, 0, 5 * SECOND, 0)));
        assertEquals("new", ask(origin).body());
        time.advance(16 * SECOND);
        assertNull(ask(origin).answer, "past the stale period everyone waits");
    }

    @Test
    void stale_if_error_stands_in_for_a_failing_origin_within_its_time() {
        put(draft("old", 10 * SECOND, 0, 0, 20 * SECOND));
        time.advance(29 * SECOND);
        Asked asked = ask(now(new Load.Failed<>("503")));
        assertEquals(Lookup.Stale.Why.ORIGIN_FAILED, why(asked));
        assertEquals("old", asked.body());
        time.advance(SECOND);
        assertEquals(new Lookup.Failed<>("503", false), ask(now(new Load.Failed<>("503"))).answer);
    }

    @Test
    void a_void_entry_is_never_served_not_even_on_error() {
        put(draft("old", 10 * SECOND, 0, 0, 20 * SECOND));
        cache.invalidate(List.of("product:42")).await().indefinitely();
        assertNull(cache.fresh(KEY, ANY));
        assertInstanceOf(Lookup.Failed.class, ask(now(new Load.Failed<>("503"))).answer);
    }

    private void soften() {
        cache.purge(List.of(Barriers.ofTag("product:42")), true).await().indefinitely();
    }

    @Test
    void a_softly_purged_entry_is_served_while_one_refresh_runs_for_its_own_time_from_the_purge_on() {
        put(draft("v", 60 * SECOND, 0, 5 * SECOND, 0));
        time.advance(10 * SECOND);
        soften();
        assertNull(cache.fresh(KEY, ANY));
        Asked first = ask(origin);
        assertEquals(Lookup.Stale.Why.REFRESHING, why(first));
        assertEquals("v", first.body());
        assertEquals(Lookup.Stale.Why.REFRESHING, why(ask(origin)));
        assertEquals(1, origin.calls);
        time.advance(5 * SECOND);
        Asked late = ask(origin);
        assertNull(late.answer, "its time is over: the load is waited for");
        origin.end("w");
        assertEquals("w", late.body());
        assertEquals("w", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void a_softly_purged_entry_stands_in_for_its_own_time_from_the_purge_on_and_no_longer_than_without_one() {
        Loader<String> down = now(new Load.Failed<>("down"));
        put(draft("v", 60 * SECOND, 0, 0, 20 * SECOND));
        time.advance(10 * SECOND);
        soften();
        time.advance(20 * SECOND - 1);
        assertEquals(Lookup.Stale.Why.ORIGIN_FAILED, why(ask(down)));
        time.advance(1);
        assertInstanceOf(Lookup.Failed.class, ask(down).answer);

        put(draft("v", 60 * SECOND, 0, 0, 20 * SECOND));
        time.advance(70 * SECOND);
        soften();
        time.advance(10 * SECOND - 1);
        assertEquals(Lookup.Stale.Why.ORIGIN_FAILED, why(ask(down)));
        time.advance(1);
        assertInstanceOf(Lookup.Failed.class, ask(down).answer);
    }

    @Test
    void without_stale_times_a_softly_purged_entry_is_for_validation_only() {
        put(draft("v"));
        soften();
        List<String> stored = new ArrayList<>();
        Asked asked = ask(new Loader<>() {
            @Override
            public Uni<Load<String>> load(@Nullable Entry entry) {
                stored.add(entry == null ? "" : Drafts.text(entry));
                return Uni.createFrom().item(new Load.Failed<>("down"));
            }

            @Override
            public void discard(String answer) {}
        });
        assertEquals(List.of("v"), stored);
        assertInstanceOf(Lookup.Failed.class, asked.answer);
    }

    @Test
    void a_softly_purged_entry_is_stale_though_the_stores_clock_jumped() {
        long[] ahead = {0};
        CacheStore jumping = new LocalCacheStore(() -> time.micros() + ahead[0]);
        Cache<String, String> other =
                new Cache<>(jumping, Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, new Random(1));
        new Asked(other.lookup(KEY, ANY, now("v")));
        assertNotNull(other.fresh(KEY, ANY));
        ahead[0] = 3_600 * SECOND;
        other.purge(List.of(Barriers.EVERYTHING), true).await().indefinitely();
        assertNull(other.fresh(KEY, ANY));
    }

    @Test
    void a_load_from_before_a_soft_purge_is_loaded_again_and_what_was_stale_stays() {
        put(draft("v", SECOND, 0, 0, 600 * SECOND));
        time.advance(2 * SECOND);
        Asked asked = ask(origin);
        soften();
        origin.end("old");
        assertNull(asked.answer);
        assertEquals(2, origin.calls);
        origin.end(new Load.Failed<>("down"));
        assertEquals("v", asked.body());
    }

    @Test
    void purged_softly_and_then_for_good_an_entry_is_void() {
        put(draft("v", 60 * SECOND, 0, 60 * SECOND, 60 * SECOND));
        soften();
        cache.invalidate(List.of("product:42")).await().indefinitely();
        assertInstanceOf(Lookup.Failed.class, ask(now(new Load.Failed<>("down"))).answer);
    }

    @Test
    void a_failure_is_shared_by_those_who_waited_and_not_kept() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        origin.end(new Load.Failed<>("503"));
        assertEquals(new Lookup.Failed<>("503", false), first.answer);
        assertEquals(new Lookup.Failed<>("503", true), second.answer);
        assertEquals("v", ask(now("v")).body());
    }

    @Test
    void a_broken_loader_fails_all_its_callers_and_no_later_one() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        IllegalStateException bug = new IllegalStateException("bug");
        origin.breaks(bug);
        assertSame(bug, first.error);
        assertSame(bug, second.error);
        assertEquals("v", ask(now("v")).body());
    }

    @Test
    void an_answer_that_cannot_be_shared_is_its_callers_alone_and_nobody_lines_up_for_the_key_for_a_while() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        origin.end(new Load.Passing<>("a"));
        assertEquals(new Lookup.Passed<>("a", false, ""), first.answer);
        assertEquals(new Lookup.Alone<>(), second.answer);
        Asked third = ask(origin);
        Asked fourth = ask(origin);
        assertEquals(3, origin.calls);
        origin.end(new Load.Passing<>("b"));
        origin.end(new Load.Passing<>("c"));
        assertEquals(new Lookup.Passed<>("b", false, ""), third.answer);
        assertEquals(new Lookup.Passed<>("c", false, ""), fourth.answer);
        time.advance(SETTINGS.pass() + 1);
        ask(origin);
        ask(origin);
        assertEquals(4, origin.calls, "they line up again");
    }

    /** Never fresh, and the origin can say whether it is right still. */
    private static Draft unsure(String body) {
        Draft draft = draft(body, 0, 0, 0, 0);
        return new Draft(
                200,
                List.of("ETag", "\"" + body + '"'),
                draft.body(),
                0,
                0,
                Long.MAX_VALUE,
                0,
                0,
                0,
                draft.tags(),
                List.of());
    }

    @Test
    void what_is_to_be_validated_always_is_validated_by_each_request_for_itself() {
        put(unsure("v"));
        assertNull(cache.fresh(KEY, ANY));
        Asked first = ask(origin);
        Asked second = ask(origin);
        assertEquals(2, origin.calls, "nobody lines up");
        assertEquals(List.of("v", "v"), origin.stored.stream().map(Drafts::text).toList());
        origin.end(new Load.Storable<>(unsure("v"), List.of(), 304));
        assertEquals("v", first.body());
        Lookup.Loaded<?, ?> loaded = assertInstanceOf(Lookup.Loaded.class, first.answer);
        assertTrue(loaded.expired() && loaded.stored() && !loaded.collapsed());
        assertEquals(304, loaded.forwarded());
        assertNull(second.answer, "what the origin told one says nothing to the other");
        origin.end(new Load.Storable<>(unsure("w")));
        assertEquals("w", second.body());
        ask(origin);
        assertEquals("w", Drafts.text(Objects.requireNonNull(origin.stored.get(2))), "what came last is kept");
    }

    @Test
    void those_who_waited_for_what_is_to_be_validated_always_ask_for_themselves_with_it() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        Asked third = ask(origin);
        assertEquals(1, origin.calls);
        origin.end(new Load.Storable<>(unsure("v")));
        assertEquals("v", first.body());
        assertEquals(3, origin.calls);
        assertEquals("v", Drafts.text(Objects.requireNonNull(origin.stored.get(2))));
        origin.end(new Load.Storable<>(unsure("for second")));
        origin.end(new Load.Storable<>(unsure("v"), List.of(), 304));
        assertEquals("for second", second.body());
        assertEquals("v", third.body());
    }

    @Test
    void what_was_invalidated_is_not_validated() {
        put(unsure("v"));
        cache.invalidate(List.of("product")).await().indefinitely();
        ask(origin);
        assertNull(origin.stored.get(0));
    }

    @Test
    void what_a_validation_brings_is_void_by_what_came_after_the_entry_that_it_is_of() {
        put(unsure("v"));
        Asked asked = ask(origin);
        cache.invalidate(List.of("product")).await().indefinitely();
        origin.end(new Load.Storable<>(draft("w")));
        assertEquals("w", asked.body(), "it asked before");
        assertNull(cache.fresh(KEY, ANY), "but nobody else gets it");
        ask(origin);
        assertNull(origin.stored.get(1));
    }

    @Test
    void a_validation_that_makes_it_fresh_keeps_it_and_one_that_fails_shows_the_failure() {
        put(unsure("v"));
        Asked failing = ask(origin);
        origin.end(new Load.Failed<>("down"));
        assertEquals(new Lookup.Failed<>("down", false), failing.answer);
        ask(origin);
        origin.end(new Load.Storable<>(draft("w")));
        assertEquals("w", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
        assertEquals(60 * SECOND, Objects.requireNonNull(cache.fresh(KEY, ANY)).ttl(time.nanos()));
    }

    @Test
    void a_caller_that_wants_the_origin_asked_has_it_asked_about_what_is_stored_and_renews_it() {
        assertInstanceOf(Lookup.Alone.class, new Asked(cache.validated(KEY, ANY, origin)).answer, "nothing is there");
        put(draft("v"));
        Asked asked = new Asked(cache.validated(KEY, ANY, origin));
        assertEquals("v", Drafts.text(Objects.requireNonNull(origin.stored.get(0))));
        assertNotNull(cache.fresh(KEY, ANY), "the others go on");
        origin.end("w");
        assertEquals("w", asked.body());
        assertEquals("w", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void of_two_validations_the_one_that_was_asked_for_later_is_kept_whichever_comes_first() {
        put(draft("v"));
        Asked early = new Asked(cache.validated(KEY, ANY, origin));
        time.advance(1);
        Drafts.Held faster = new Drafts.Held();
        Asked late = new Asked(cache.validated(KEY, ANY, faster));
        faster.end("newer");
        origin.end("older");
        assertEquals("older", early.body());
        assertEquals("newer", late.body());
        assertEquals("newer", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void whatever_goes_wrong_with_what_a_caller_asked_for_alone_it_is_answered() {
        RuntimeException bug = new IllegalStateException("bug");
        Cache<String, String> broken = new Cache<>(
                store,
                entry -> {
                    if (Drafts.text(entry).equals("bad")) {
                        throw bug;
                    }
                    return Drafts.text(entry);
                },
                FAILURES,
                SETTINGS,
                time,
                time::nanos,
                new Random(1));
        new Asked(broken.lookup(KEY, ANY, now("v")));
        assertSame(bug, new Asked(broken.validated(KEY, ANY, now("bad"))).error);
    }

    @Test
    void who_wants_a_part_of_what_can_be_stored_loads_and_of_what_cannot_be_asks_alone() {
        Drafts.Held part = new Drafts.Held();
        part.part = true;
        Asked first = ask(part);
        part.end(new Load.Passing<>("a"));
        assertEquals(new Lookup.Passed<>("a", false, ""), first.answer);
        assertEquals(new Lookup.Alone<>(), ask(part).answer);
        assertEquals(1, part.calls);
        assertEquals("v", ask(now("v")).body(), "now it can be stored");
        Asked third = ask(part);
        part.end("w");
        assertEquals("w", third.body());
        assertInstanceOf(Lookup.Hit.class, ask(part).answer);
    }

    @Test
    void an_answer_whose_caller_has_left_is_given_back() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        first.leave();
        origin.end(new Load.Passing<>("a"));
        assertEquals(List.of("a"), origin.discarded);
        assertEquals(new Lookup.Alone<>(), second.answer);
    }

    @Test
    void a_request_that_is_at_fault_itself_leaves_the_load_to_the_others() {
        Drafts.Held own = new Drafts.Held();
        Asked first = ask(own);
        Asked second = ask(origin);
        Asked third = ask(origin);
        own.end(new Load.Passing<>("mine", false));
        assertEquals(new Lookup.Passed<>("mine", false, ""), first.answer);
        assertEquals(1, origin.calls, "one of the others loads");
        origin.end("v");
        assertEquals("v", second.body());
        assertEquals("v", third.body());
    }

    @Test
    void a_caller_does_not_wait_for_one_strangers_answer_after_another() {
        List<Asked> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(ask(origin));
        }
        origin.end(new Load.Passing<>("0", false));
        origin.end(new Load.Passing<>("1", false));
        assertEquals(2, origin.calls);
        assertEquals(
                8,
                all.stream()
                        .filter(asked -> new Lookup.Alone<>().equals(asked.answer))
                        .count());
    }

    @Test
    void a_failure_that_cannot_be_shared_is_its_callers_alone() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        origin.end(new Load.Failed<>("mine", false));
        assertEquals(new Lookup.Failed<>("mine", false), first.answer);
        assertEquals(new Lookup.Alone<>(), second.answer);
        assertEquals(List.of(), origin.discarded);
        Asked third = ask(origin);
        third.leave();
        origin.end(new Load.Failed<>("left", false));
        assertEquals(List.of("left"), origin.discarded);
    }

    @Test
    void a_failure_that_nobody_needs_since_stale_stands_in_is_given_back() {
        put(draft("old", 10 * SECOND, 0, 0, 60 * SECOND));
        time.advance(11 * SECOND);
        Asked first = ask(origin);
        Asked second = ask(origin);
        origin.end(new Load.Failed<>("mine", false));
        assertEquals("old", first.body());
        assertEquals("old", second.body());
        assertEquals(List.of("mine"), origin.discarded);
    }

    @Test
    void a_waiter_past_its_deadline_gets_stale_or_nothing_and_the_load_goes_on() {
        put(draft("old", 10 * SECOND, 0, 0, 60 * SECOND));
        time.advance(11 * SECOND);
        Asked first = ask(origin);
        Asked second = ask(origin);
        time.advance(SETTINGS.waiterDeadline() + SECOND / 10);
        assertNull(first.answer);
        assertEquals(Lookup.Stale.Why.SLOW, why(second));
        origin.end("v");
        assertEquals("v", first.body());
        CacheKey cold = new CacheKey("product", "/cold");
        cache.lookup(cold, ANY, origin).subscribe().with(answer -> {});
        Asked late = new Asked(cache.lookup(cold, ANY, origin));
        time.advance(SETTINGS.waiterDeadline() + SECOND / 10);
        assertEquals(new Lookup.TimedOut<>(), late.answer);
    }

    @Test
    void a_load_that_is_over_leaves_no_timer_behind() {
        Asked first = ask(origin);
        ask(origin);
        origin.end("v");
        assertEquals("v", first.body());
        assertEquals(0, time.pending());
    }

    @Test
    void a_caller_with_an_earlier_deadline_does_not_wait_for_a_later_one() {
        List<String> rung = new ArrayList<>();
        Alarm alarm = new Alarm(time, time::nanos, () -> rung.add("rung"));
        alarm.by(time.nanos() + 10 * SECOND * 1000);
        alarm.by(time.nanos() + SECOND * 1000);
        alarm.by(time.nanos() + 5 * SECOND * 1000);
        assertEquals(1, time.pending());
        time.advance(SECOND + SECOND / 10);
        assertEquals(List.of("rung"), rung);
        alarm.by(time.nanos() + SECOND);
        alarm.stop();
        assertEquals(0, time.pending());
    }

    @Test
    void an_entry_that_cannot_be_prepared_fails_its_callers_and_leaves_the_key_usable() {
        Cache<String, String> broken = new Cache<>(
                store,
                entry -> {
                    if (entry.body().length() == 3) {
                        throw new IllegalStateException("bug");
                    }
                    return Drafts.prepared(entry);
                },
                FAILURES,
                SETTINGS,
                time,
                time::nanos,
                new Random(1));
        Asked unstored = new Asked(broken.lookup(KEY, ANY, now(new Load.Storable<>(draft("bug", 0, 0, 0, 0)))));
        assertInstanceOf(IllegalStateException.class, unstored.error);
        Asked stored = new Asked(broken.lookup(KEY, ANY, now("bug")));
        assertInstanceOf(IllegalStateException.class, stored.error);
        assertEquals("v", new Asked(broken.lookup(KEY, ANY, now("v"))).body());
    }

    @Test
    void plain_bytes_that_were_made_of_what_is_near_are_counted() {
        Cache<String, String> unread =
                new Cache<>(store, entry -> "", FAILURES, SETTINGS, time, time::nanos, new Random(1));
        Draft draft = draft("value ".repeat(10_000));
        Body gzipped = draft.body().gzip(false);
        new Asked(unread.lookup(KEY, ANY, now(new Load.Storable<>(draft.with(gzipped)))));
        long before = unread.nearBytes();
        gzipped.plain();
        unread.expanded(KEY, ANY);
        assertEquals(before + 60_000, unread.nearBytes());
    }

    @Test
    void waiters_are_bounded() {
        List<Asked> all = new ArrayList<>();
        for (int i = 0; i < SETTINGS.maxWaitersPerKey() + 5; i++) {
            all.add(ask(origin));
        }
        assertEquals(
                5,
                all.stream()
                        .filter(asked -> new Lookup.TimedOut<>().equals(asked.answer))
                        .count());
        all.get(3).leave();
        assertNull(ask(origin).answer, "the place of one that left is free");
        origin.end("v");
        assertEquals(1, origin.calls);
        assertNull(all.get(3).answer);
        assertEquals("v", all.get(4).body());
    }

    @Test
    void a_load_past_its_deadline_stores_nothing_and_holds_nobody_back() {
        Asked first = ask(origin);
        time.advance(SETTINGS.loadDeadline() + SECOND);
        Asked later = ask(now("new"));
        assertEquals("new", later.body());
        origin.end("old");
        assertEquals("old", first.body());
        assertEquals("new", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void a_value_the_fence_refused_is_handed_to_nobody_and_all_load_again_together() {
        List<Asked> all = List.of(ask(origin), ask(origin), ask(origin));
        cache.invalidate(List.of("product")).await().indefinitely();
        Asked late = ask(origin);
        origin.end("old");
        all.forEach(asked -> assertNull(asked.answer));
        assertEquals(2, origin.calls);
        origin.end("new");
        all.forEach(asked -> assertEquals("new", asked.body()));
        assertEquals("new", late.body());
        assertEquals(2, origin.calls);
    }

    @Test
    void a_caller_refused_twice_gets_what_the_second_load_brought_and_a_late_joiner_does_not() {
        Asked early = ask(origin);
        cache.invalidate(List.of("product")).await().indefinitely();
        origin.end("1");
        Asked late = ask(origin);
        cache.invalidate(List.of("product")).await().indefinitely();
        origin.end("2");
        assertEquals("2", early.body());
        assertTrue(!assertInstanceOf(Lookup.Loaded.class, early.answer).stored());
        assertNull(late.answer);
        assertNull(cache.fresh(KEY, ANY));
        origin.end("3");
        assertEquals("3", late.body());
    }

    @Test
    void variants_are_kept_apart_however_many_there_are() {
        int many = 100;
        for (int i = 0; i < many; i++) {
            String language = "l" + i;
            Selecting request = name -> name.equals("accept-language") ? language : null;
            Loader<String> loader =
                    now(new Load.Storable<>(draft(language, 60 * SECOND, 0, 0, 0, List.of("accept-language"))));
            assertTrue(assertInstanceOf(Lookup.Loaded.class, ask(loader, request).answer)
                    .stored());
        }
        for (int i = 0; i < many; i++) {
            String language = "l" + i;
            assertEquals(
                    language,
                    Objects.requireNonNull(cache.fresh(KEY, name -> language)).prepared());
        }
        assertNull(cache.fresh(KEY, ANY), "an absent header is a variant of its own");
        cache.purge(List.of(Barriers.ofKey(KEY)), false).await().indefinitely();
        assertNull(cache.fresh(KEY, name -> "l1"));
    }

    private static List<String> headers(Asked asked) {
        Lookup<String, String> got = asked.answer;
        return got instanceof Lookup.Loaded<String, String> loaded
                ? loaded.near().entry().headers()
                : assertInstanceOf(Lookup.Hit.class, got).near().entry().headers();
    }

    @Test
    void headers_for_one_caller_are_that_callers_whose_load_it_was() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        Draft draft = draft("v");
        origin.end(new Load.Storable<>(draft, List.of("Set-Cookie", "a=b")));
        List<String> all = new ArrayList<>(draft.headers());
        all.addAll(List.of("Set-Cookie", "a=b"));
        assertEquals(all, headers(first));
        assertEquals(draft.headers(), headers(second));
        assertEquals(draft.headers(), headers(ask(origin)));
        assertEquals(1, origin.calls);
    }

    @Test
    void headers_for_one_caller_are_for_nobody_when_the_load_was_in_the_background() {
        put(draft("old", 60 * SECOND, 10 * SECOND, 0, 0));
        time.advance(20 * SECOND);
        assertEquals("old", ask(origin).body());
        origin.end(new Load.Storable<>(draft("new"), List.of("Set-Cookie", "a=b")));
        Asked next = ask(origin);
        assertEquals("new", next.body());
        assertEquals(draft("new").headers(), headers(next));
    }

    @Test
    void callers_of_another_variant_do_not_get_the_answer_they_waited_for() {
        Asked english = ask(origin, name -> "en");
        Asked german = ask(origin, name -> "de");
        origin.end(new Load.Storable<>(draft("hello", 60 * SECOND, 0, 0, 0, List.of("accept-language"))));
        assertEquals("hello", english.body());
        assertNull(german.answer);
        origin.end(new Load.Storable<>(draft("hallo", 60 * SECOND, 0, 0, 0, List.of("accept-language"))));
        assertEquals("hallo", german.body());
    }

    @Test
    void an_entry_that_cannot_be_prepared_fails_its_callers_and_holds_nobody() {
        Cache<String, String> broken = new Cache<>(
                store,
                entry -> {
                    throw new IllegalStateException("bug");
                },
                FAILURES,
                SETTINGS,
                time,
                time::nanos,
                new Random(1));
        assertNotNull(new Asked(broken.lookup(KEY, ANY, now("v"))).error);
        assertNotNull(new Asked(broken.lookup(KEY, ANY, now("v"))).error);
    }

    @Test
    void jitter_only_shortens() {
        Cache<String, String> jittered = cache(new CacheSettings(1 << 20, 1, 9, 9, 9, 9, 0.5, 9, 9));
        for (int i = 0; i < 50; i++) {
            CacheKey key = new CacheKey("product", "/" + i);
            new Asked(jittered.lookup(key, ANY, now(new Load.Storable<>(draft("v", 60 * SECOND, 40 * SECOND, 0, 0)))));
            Entry entry = Objects.requireNonNull(jittered.fresh(key, ANY)).entry();
            assertTrue(entry.fresh() > 30 * SECOND && entry.fresh() <= 60 * SECOND);
            assertTrue(entry.refreshAfter() > 20 * SECOND && entry.refreshAfter() <= 40 * SECOND);
        }
    }

    @Test
    void the_near_cache_is_bounded_by_bytes() {
        Cache<String, String> small = cache(new CacheSettings(10_000, 1, SECOND, SECOND, 9, 9, 0, 9, 9));
        for (int i = 0; i < 200; i++) {
            new Asked(small.lookup(new CacheKey("product", "/" + i), ANY, now("x".repeat(1000))));
        }
        assertTrue(small.nearBytes() <= 10_000);
        assertTrue(small.nearBytes() > 0);
    }
}
