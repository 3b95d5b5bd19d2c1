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
