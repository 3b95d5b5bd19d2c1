package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MarksTest {
    private static final long SECOND = 1_000_000_000L;
    private final Marks marks = new Marks(2, 10 * SECOND);
    private long newest;

    private boolean primary(long place, long sent) {
        newest = sent;
        return marks.primary(place, sent);
    }

    private long ofAll() {
        return marks.ofAll(newest);
    }

    private long of(String client) {
        return marks.of(client, newest);
    }

    @Test
    void nothing_is_known_before_the_primary_was_asked() {
        assertEquals(Marks.UNKNOWN, ofAll());
        assertTrue(primary(100, 0));
        assertEquals(100, ofAll());
    }

    @Test
    void a_replica_may_be_as_far_behind_as_it_is_allowed_to() {
        for (int second = 0; second <= 15; second++) {
            primary(100 + second, second * SECOND);
        }
        assertEquals(105, ofAll());
        assertEquals(105, of("anybody"));
    }

    @Test
    void who_wrote_has_to_see_it() {
        primary(100, 0);
        marks.wrote("a", 150, SECOND);
        assertEquals(150, of("a"));
        assertEquals(100, of("b"));
        marks.wrote("a", 140, 2 * SECOND);
        assertEquals(150, of("a"));
    }

    @Test
    void what_is_forgotten_for_one_is_asked_for_all() {
        primary(100, 0);
        marks.wrote("a", 150, SECOND);
        marks.wrote("b", 160, SECOND);
        marks.wrote("c", 170, SECOND);
        assertEquals(150, ofAll());
        assertEquals(150, of("a"));
        assertEquals(170, of("c"));
        marks.wrote("d", 180, 60 * SECOND);
        assertEquals(170, ofAll());
    }

    @Test
    void a_place_that_is_told_later_holds_what_was_not_known_before() {
        primary(100, 0);
        marks.wrote("a", Marks.UNKNOWN, 3 * SECOND);
        marks.wrote("a", 150, 2 * SECOND);
        assertEquals(Marks.UNKNOWN, of("a"));
        marks.wrote("a", 160, 4 * SECOND);
        assertEquals(160, of("a"));
    }

    @Test
    void a_write_of_unknown_place_is_seen_nowhere_until_the_primary_was_asked_after_it() {
        primary(100, 0);
        marks.wrote("a", Marks.UNKNOWN, 5 * SECOND);
        assertEquals(Marks.UNKNOWN, of("a"));
        assertEquals(100, ofAll());
        marks.wrote("b", 150, 60 * SECOND);
        assertEquals(Marks.UNKNOWN, ofAll());
        primary(200, 4 * SECOND);
        assertEquals(Marks.UNKNOWN, ofAll());
        primary(300, 6 * SECOND);
        assertEquals(300, ofAll());
    }

    @Test
    void a_primary_that_goes_back_is_another() {
        primary(100, 0);
        marks.wrote("a", 150, SECOND);
        assertFalse(primary(90, 2 * SECOND));
        assertEquals(Marks.UNKNOWN, of("a"));
    }

    /** Replicas of the log that is no more may have come as far, and have something else there. */
    @Test
    void a_primary_that_went_back_tells_nothing_before_it_has_passed_all_that_was_seen() {
        primary(100, 0);
        marks.wrote("a", 150, SECOND);
        assertTrue(marks.behind(99));
        assertFalse(marks.behind(100));
        primary(90, 2 * SECOND);
        assertTrue(primary(150, 3 * SECOND));
        assertEquals(Marks.UNKNOWN, ofAll());
        assertTrue(marks.behind(150));
        assertTrue(primary(151, 4 * SECOND));
        assertEquals(151, ofAll());
        assertFalse(marks.behind(152));
    }

    @Test
    void what_was_known_long_ago_is_not_known_any_more() {
        primary(100, 0);
        assertEquals(100, marks.ofAll(15 * SECOND));
        assertEquals(Marks.UNKNOWN, marks.ofAll(15 * SECOND + 1));
        assertEquals(Marks.UNKNOWN, marks.of("a", 15 * SECOND + 1));
    }

    @Test
    void places_are_read_as_postgres_writes_them() {
        assertEquals(0x16_B374D848L, Lsn.read("16/B374D848"));
        assertEquals(0, Lsn.read("0/0"));
        for (String other : new String[] {
            null, "", "/", "1/", "/1", "g/1", "1/g", "123456789/0", "0/123456789", "1", "-1/2", "1//2", "FFFFFFFF/0"
        }) {
            assertNull(Lsn.read(other), other);
        }
    }
}
