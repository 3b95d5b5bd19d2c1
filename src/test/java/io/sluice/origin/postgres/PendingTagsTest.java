package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PendingTagsTest {
    private final PendingTags pending = new PendingTags();

    private static List<String> tags(String format, int count) {
        return IntStream.range(0, count).mapToObj(format::formatted).toList();
    }

    private void add(List<String> tags) {
        pending.add(new Committed(null, tags));
    }

    private @Nullable List<String> take() {
        List<Committed> taken = pending.take();
        return taken == null
                ? null
                : taken.stream().flatMap(one -> one.tags().stream()).toList();
    }

    @Test
    void what_is_taken_was_added_and_comes_once() {
        add(List.of("a:1", "b"));
        add(List.of("a:1", "a:2"));

        assertEquals(List.of("a:1", "b", "a:2"), take());
        assertTrue(pending.isEmpty());
    }

    @Test
    void as_many_as_may_be_are_kept_as_they_are() {
        add(tags("a:%d", PendingTags.MOST));

        assertEquals(tags("a:%d", PendingTags.MOST), take());
    }

    @Test
    void too_many_become_those_of_their_tables() {
        add(List.of("plain"));
        add(tags("a:%d", PendingTags.MOST));
        add(List.of("b:1"));

        assertEquals(List.of("plain", "a", "b:1"), take());
    }

    @Test
    void too_many_tables_become_everything() {
        add(tags("table%d:1", PendingTags.MOST + 1));
        add(List.of("a:1"));

        assertNull(take());
        assertTrue(pending.isEmpty());
    }

    @Test
    void everything_covers_what_came_before_and_comes_after() {
        add(List.of("a:1"));
        pending.everything();
        add(List.of("a:2"));

        assertNull(take());
        assertTrue(pending.isEmpty());
    }

    @Test
    void too_many_commits_become_one_that_nobody_knows_with_all_their_tags() {
        for (int i = 0; i <= PendingTags.MOST_COMMITS; i++) {
            pending.add(new Committed("x" + i, List.of("a:1", "a:" + i)));
        }
        pending.add(new Committed("y", List.of("a:1")));

        assertEquals(
                List.of(
                        new Committed(
                                null,
                                Stream.concat(
                                                Stream.of("a:1", "a:0"),
                                                tags("a:%d", 101).stream().skip(2))
                                        .toList()),
                        new Committed("y", List.of("a:1"))),
                pending.take());
    }

    @Test
    void one_tag_of_many_commits_stays_one() {
        for (int i = 0; i <= 2 * PendingTags.MOST; i++) {
            pending.add(new Committed("x" + i, List.of("a:1")));
        }
        assertEquals(
                List.of("a:1"),
                Objects.requireNonNull(take()).stream().distinct().toList());
    }
}
