package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class Rfc9111ValidationTest {
    @Test
    void section_4_3_4_a_strong_validator_must_be_the_stored_ones() {
        assertTrue(Validation.concerns("\"a\"", "\"a\""));
        assertFalse(Validation.concerns("\"b\"", "\"a\""));
        assertFalse(Validation.concerns("\"a\"", "W/\"a\""));
        assertFalse(Validation.concerns("\"a\"", null));
    }

    @Test
    void section_4_3_4_a_weak_validator_must_correspond_to_it() {
        assertTrue(Validation.concerns("W/\"a\"", "W/\"a\""));
        assertTrue(Validation.concerns("W/\"a\"", "\"a\""));
        assertFalse(Validation.concerns("W/\"b\"", "W/\"a\""));
    }

    @Test
    void section_4_3_4_without_a_validator_it_is_about_what_was_asked_for() {
        assertTrue(Validation.concerns(null, "\"a\""));
        assertTrue(Validation.concerns(null, null));
    }

    private static List<String> updated(List<String> stored, Map<String, List<String>> told) {
        return Validation.updated(
                stored, new TreeMap<>(told).keySet(), name -> told.getOrDefault(name, List.of()), "now");
    }

    @Test
    void section_3_2_headers_of_a_304_replace_those_of_their_name_in_any_case_and_all_lines() {
        assertEquals(
                List.of("X-B", "1", "Cache-Control", "max-age=5", "X-A", "3", "X-A", "4", "X-New", "n", "Date", "now"),
                updated(
                        List.of("cache-control", "max-age=1", "x-a", "1", "X-B", "1", "x-a", "2"),
                        Map.of(
                                "Cache-Control",
                                List.of("max-age=5"),
                                "X-A",
                                List.of("3", "4"),
                                "X-New",
                                List.of("n"))));
    }

    @Test
    void section_3_2_how_the_stored_body_is_coded_stays() {
        List<String> stored = List.of("Content-Type", "text/plain", "Content-Encoding", "gzip");
        assertEquals(
                List.of("Content-Encoding", "gzip", "content-type", "text/html", "Date", "now"),
                updated(
                        stored,
                        Map.of(
                                "content-type",
                                List.of("text/html"),
                                "Content-Encoding",
                                List.of("br"),
                                "Content-Length",
                                List.of("0"))));
    }
}
