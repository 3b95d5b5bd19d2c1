package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PendingTagsTest {
    private final PendingTags pending = new PendingTags();

    private static List<String> tags(String format, int count) {
        return IntStream.range(0, count).mapToObj(format::formatted).toList();
    }

    @Test
    void what_is_taken_was_added_and_comes_once() {
        pending.add(List.of("a:1", "b"));
        pending.add(List.of("a:1", "a:2"));

        assertEquals(List.of("a:1", "b", "a:2"), pending.take());
        assertTrue(pending.isEmpty());
    }

    @Test
    void as_many_as_may_be_are_kept_as_they_are() {
        pending.add(tags("a:%d", PendingTags.MOST));

        assertEquals(tags("a:%d", PendingTags.MOST), pending.take());
    }

    @Test
    void too_many_become_those_of_their_tables() {
        pending.add(List.of("plain"));
        pending.add(tags("a:%d", PendingTags.MOST));
        pending.add(List.of("b:1"));

        assertEquals(List.of("plain", "a", "b:1"), pending.take());
    }

    @Test
    void too_many_tables_become_everything() {
        pending.add(tags("table%d:1", PendingTags.MOST + 1));
        pending.add(List.of("a:1"));

        assertNull(pending.take());
        assertTrue(pending.isEmpty());
    }

    @Test
    void everything_covers_what_came_before_and_comes_after() {
        pending.add(List.of("a:1"));
        pending.everything();
        pending.add(List.of("a:2"));

        assertNull(pending.take());
        assertTrue(pending.isEmpty());
    }
}
