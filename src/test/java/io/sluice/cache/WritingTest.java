package io.sluice.cache;

import static io.sluice.cache.Drafts.ANY;
import static io.sluice.cache.Drafts.FAILURES;
import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.SECOND;
import static io.sluice.cache.Drafts.SETTINGS;
import static io.sluice.cache.Drafts.draft;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WritingTest {
    private static final List<String> TAGS = List.of("product:42");

    private final ManualTime time = new ManualTime();
    private final Cache<String, String> cache = new Cache<>(
            new LocalCacheStore(time::micros), Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, new Random(1));

    private Begun begin() {
        return Objects.requireNonNull(cache.begin().await().indefinitely());
    }

    private boolean write(@Nullable Begun begun, @Nullable CacheKey key, @Nullable Draft draft, String id) {
        return cache.written(new Written(begun, key, draft, TAGS, id)).await().indefinitely();
    }

    private void read(String value) {
        cache.lookup(KEY, ANY, Drafts.now(value)).await().indefinitely();
    }

    private @Nullable String near() {
        Near<String> near = cache.fresh(KEY, ANY);
        return near == null ? null : near.prepared();
    }

    @Test
    void what_was_written_replaces_what_was_read_and_is_as_fresh_as_if_it_had_been_loaded() {
        read("old");
        Begun begun = begin();
        time.advance(SECOND);
        assertTrue(write(begun, KEY, draft("new"), "1"));
        assertEquals("new", near());
        time.advance(59 * SECOND);
        assertEquals("new", near());
        time.advance(SECOND);
        assertNull(near());
    }

    @Test
    void its_notification_leaves_what_was_written_and_another_ones_does_not() {
        assertTrue(write(begin(), KEY, draft("new"), "1"));
        cache.invalidate(TAGS, "1").await().indefinitely();
        assertEquals("new", near());
        cache.invalidate(TAGS, "2").await().indefinitely();
        assertNull(near());
    }

    @Test
    void a_write_whose_outcome_is_not_known_voids() {
        read("old");
        assertFalse(cache.written(new Written(begin(), KEY, null, List.of(), null))
                .await()
                .indefinitely());
        assertNull(near(), "by its key, whatever tags it has");
        read("loaded");
        assertEquals("loaded", near());
        assertFalse(
                cache.written(new Written(null, null, null, TAGS, null)).await().indefinitely());
        assertNull(near(), "by its tags");
    }

    @Test
    void what_varies_by_headers_or_is_of_no_use_or_was_begun_too_long_ago_is_not_stored() {
        assertFalse(write(begin(), KEY, draft("new", 60 * SECOND, 0, 0, 0, List.of("accept")), "1"));
        assertFalse(write(begin(), KEY, draft("new", 0, 0, 0, 0), "2"));
        assertFalse(write(null, KEY, draft("new"), "3"));
        Begun begun = begin();
        time.advance(SETTINGS.loadDeadline() + SECOND);
        assertFalse(write(begun, KEY, draft("new"), "4"));
        assertNull(near());
    }

    @Test
    void what_was_loaded_since_it_began_is_not_written_over() {
        Begun begun = begin();
        cache.invalidate(TAGS, "1").await().indefinitely();
        cache.invalidate(List.of("product:42"), "1").await().indefinitely();
        read("loaded");
        assertFalse(write(begun, KEY, draft("new"), "1"));
        assertNull(near(), "its key's barrier was put with the write");
    }

    @Test
    void after_a_minute_a_commit_is_voided_again() {
        assertTrue(write(begin(), KEY, draft("new"), "1"));
        time.advance(CommitRegister.MINUTE - SECOND);
        read("later");
        cache.invalidate(TAGS, "1").await().indefinitely();
        assertNotNull(near());
        time.advance(2 * SECOND);
        cache.invalidate(TAGS, "1").await().indefinitely();
        assertNull(near());
    }

    @Test
    void a_key_that_was_passed_by_is_looked_up_again() {
        cache.lookup(KEY, ANY, Drafts.now(new Load.Passing<>("own"))).await().indefinitely();
        assertTrue(write(begin(), KEY, draft("new"), "1"));
        assertInstanceOf(
                Lookup.Hit.class,
                cache.lookup(KEY, ANY, Drafts.now("other")).await().indefinitely());
    }
}
