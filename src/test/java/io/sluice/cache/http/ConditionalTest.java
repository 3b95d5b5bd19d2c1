package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §13.1, and the values written beside it. */
class ConditionalTest {
    private static final String SINCE = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String LATER = "Sun, 06 Nov 1994 08:49:38 GMT";

    @ParameterizedTest
    @ValueSource(strings = {"\"a\"", "W/\"a\"", "\"x\", \"a\"", "\"x,\",W/\"a\" , \"b\"", "*", " \"x\" ,, \"a\""})
    void section_13_1_2_a_matching_tag_is_not_modified(String field) {
        assertTrue(Conditional.notModified(field, null, "\"a\"", null));
        assertTrue(Conditional.notModified(field, null, "W/\"a\"", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"b\"", "a", "", "\"A\"", "\"a", "\"x, \"a\"", "\"aa\"", "w/\"a\""})
    void section_13_1_2_anything_else_is_modified(String field) {
        assertFalse(Conditional.notModified(field, SINCE, "\"a\"", SINCE));
    }

    @Test
    void section_13_1_3_a_date_counts_only_without_tags() {
        assertTrue(Conditional.notModified(null, SINCE, "\"a\"", SINCE));
        assertTrue(Conditional.notModified(null, "Sunday, 06-Nov-94 08:49:38 GMT", null, SINCE));
        assertFalse(Conditional.notModified(null, "Sun, 06 Nov 1994 08:49:36 GMT", null, SINCE));
        assertFalse(Conditional.notModified(null, "yesterday", null, SINCE));
        assertFalse(Conditional.notModified(null, SINCE, null, null));
        assertFalse(Conditional.notModified(null, null, "\"a\"", SINCE));
    }

    @Test
    void section_13_1_5_a_strong_tag_lets_a_part_be_sent() {
        assertTrue(Conditional.sameBytes("\"a\"", "\"a\"", null, null));
        assertTrue(Conditional.sameBytes(" \"a\" ", "\"a\"", SINCE, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"a\"", "\"b\"", "\"A\"", "a", "*", "", "\"a\", \"b\""})
    void section_13_1_5_any_other_tag_does_not(String field) {
        assertFalse(Conditional.sameBytes(field, "\"a\"", SINCE, LATER));
        assertFalse(Conditional.sameBytes(field, "W/\"a\"", SINCE, LATER));
        assertFalse(Conditional.sameBytes(field, null, null, null));
    }

    @Test
    void section_8_8_3_2_a_weak_tag_never_matches_strongly() {
        assertFalse(Conditional.sameBytes("\"a\"", "W/\"a\"", null, null));
        assertFalse(Conditional.sameBytes("W/\"a\"", "W/\"a\"", "W/\"a\"", LATER));
    }

    @Test
    void section_13_1_5_a_date_counts_only_if_it_is_the_very_one_of_the_last_change() {
        assertTrue(Conditional.sameBytes(SINCE, "\"a\"", SINCE, LATER));
        assertFalse(Conditional.sameBytes(LATER, null, SINCE, LATER));
        assertFalse(Conditional.sameBytes("Sun, 06 Nov 1994 08:49:36 GMT", null, SINCE, LATER));
        assertFalse(Conditional.sameBytes(SINCE, "\"a\"", null, LATER));
    }

    @Test
    void section_8_8_2_2_a_date_within_the_second_of_the_last_change_is_weak() {
        assertFalse(Conditional.sameBytes(SINCE, null, SINCE, SINCE));
        assertFalse(Conditional.sameBytes(SINCE, null, SINCE, null));
        assertFalse(Conditional.sameBytes(LATER, null, LATER, SINCE));
        assertFalse(Conditional.sameBytes("yesterday", null, "yesterday", LATER));
        assertFalse(Conditional.sameBytes(SINCE, null, SINCE, "today"));
    }

    @Test
    void strong_tags_are_equal_for_equal_bodies_only() {
        String tag = Etags.strong("a".getBytes(StandardCharsets.UTF_8));
        assertEquals("\"ypeBEsobvcr6wjGzmiPcTQ\"", tag);
        assertEquals(tag, Etags.strong("a".getBytes(StandardCharsets.UTF_8)));
        assertNotEquals(tag, Etags.strong("b".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void rfc_9211_values() {
        assertEquals("sluice; hit; ttl=42", CacheStatus.hit(42));
        assertEquals("sluice; hit; ttl=-3", CacheStatus.hit(-3));
        assertEquals("sluice; fwd=miss; stored", CacheStatus.loaded(false, true, false));
        assertEquals("sluice; fwd=stale; collapsed", CacheStatus.loaded(true, false, true));
        assertEquals(
                "sluice; fwd=miss; fwd-status=503; detail=\"origin-failed\"",
                CacheStatus.withDetail(CacheStatus.withStatus(CacheStatus.MISS, 503), "origin-failed"));
    }
}
