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

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loads whose head is here before their end: one process, a driven clock. */
class ArrivingTest {
    private static final Lookup<String, String> HEAD = new Lookup.Arriving<>("stream", false);

    private final ManualTime time = new ManualTime();
    private final Cache<String, String> cache = new Cache<>(
            new LocalCacheStore(time::micros), Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, new Random(1));
    private final Drafts.Held origin = new Drafts.Held();
    private final Queue<UniEmitter<? super Load.Ended<String>>> ends = new ArrayDeque<>();

    private Asked ask(Loader<String> loader) {
        return new Asked(cache.lookup(KEY, ANY, loader));
    }

    private void head() {
        origin.end(new Load.Arriving<>("stream", Uni.createFrom().emitter(emitter -> ends.add(emitter))));
    }

    private void end(Load.Ended<String> end) {
        ends.remove().complete(end);
    }

    private void end(String body) {
        end(new Load.Storable<>(draft(body)));
    }

    @Test
    void who_leads_has_it_at_the_head_and_the_others_and_the_store_at_the_end() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        head();
        assertEquals(HEAD, first.answer);
        Asked third = ask(origin);
        assertNull(second.answer);
        assertNull(third.answer);
        end("v");
        assertEquals("v", second.body());
        assertEquals("v", third.body());
        assertNotNull(cache.fresh(KEY, ANY));
        assertEquals(1, origin.calls);
        assertEquals(List.of(), origin.discarded);
        assertEquals(0, time.pending());
    }

    @Test
    void a_load_that_fails_midway_fails_those_who_wait_and_keeps_nothing() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        head();
        end(new Load.Failed<>("broken off"));
        assertEquals(HEAD, first.answer);
        assertEquals(new Lookup.Failed<>("broken off", true), second.answer);
        assertNull(cache.fresh(KEY, ANY));
        assertEquals("v", ask(now("v")).body());
    }

    @Test
    void stale_stands_in_for_a_load_that_fails_midway() {
        ask(now(new Load.Storable<>(draft("old", SECOND, 0, 0, 10 * SECOND))));
        time.advance(2 * SECOND);
        ask(origin);
        Asked second = ask(origin);
        head();
        end(new Load.Failed<>("broken off"));
        assertEquals(
                Lookup.Stale.Why.ORIGIN_FAILED,
                assertInstanceOf(Lookup.Stale.class, second.answer).why());
        assertEquals("old", second.body());
    }

    @Test
    void a_bug_after_the_head_fails_those_who_wait_and_no_later_one() {
        ask(origin);
        Asked second = ask(origin);
        head();
        IllegalStateException bug = new IllegalStateException("bug");
        ends.remove().fail(bug);
        assertSame(bug, second.error);
        assertEquals("v", ask(now("v")).body());
    }

    @Test
    void an_answer_that_turns_out_too_large_stays_its_caller_s_and_the_others_ask_alone() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        head();
        end(new Load.Passing<>("stream"));
        assertEquals(HEAD, first.answer);
        assertEquals(new Lookup.Alone<>(), second.answer);
        assertEquals(List.of(), origin.discarded, "the first caller still reads it");
    }

    @Test
    void a_head_that_nobody_waits_for_is_given_back_and_the_load_goes_on() {
        ask(origin).leave();
        head();
        assertEquals(List.of("stream"), origin.discarded);
        end("v");
        assertEquals("v", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void a_head_of_a_refresh_is_given_back_and_the_refresh_goes_on() {
        ask(now(new Load.Storable<>(draft("old", 10 * SECOND, SECOND, 0, 0))));
        time.advance(2 * SECOND);
        assertEquals("old", ask(origin).body());
        head();
        assertEquals(List.of("stream"), origin.discarded);
        end("new");
        assertEquals("new", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void an_invalidation_after_the_head_keeps_the_end_from_the_others_and_the_store() {
        Asked first = ask(origin);
        Asked second = ask(origin);
        head();
        assertEquals(HEAD, first.answer);
        cache.invalidate(List.of("product:42")).await().indefinitely();
        end("before");
        assertNull(second.answer);
        assertEquals(2, origin.calls, "those who waited load again");
        origin.end("after");
        assertEquals("after", second.body());
        assertEquals("after", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void a_load_that_does_not_end_in_time_is_left_by_the_others_and_is_not_stored() {
        Asked first = ask(origin);
        head();
        time.advance(SETTINGS.loadDeadline() - SECOND);
        Asked second = ask(origin);
        time.advance(2 * SECOND);
        assertEquals(2, origin.calls, "the others start another");
        origin.end("second");
        assertEquals("second", second.body());
        end("first");
        assertEquals(HEAD, first.answer);
        assertEquals("second", Objects.requireNonNull(cache.fresh(KEY, ANY)).prepared());
    }

    @Test
    void a_key_that_nobody_lines_up_for_is_lined_up_for_again_once_its_answer_could_be_stored() {
        ask(origin);
        origin.end(new Load.Passing<>("large"));
        Asked alone = ask(origin);
        head();
        assertEquals(HEAD, alone.answer);
        end("v");
        ask(origin);
        ask(origin);
        assertEquals(3, origin.calls, "one load for both");
    }
}
