package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tags from the origin: {@code Cache-Groups} as RFC 9875 has them, and the two fields that are older. */
class Rfc9875Test {
    private static final int MOST = 128;
    private static final int LONGEST = 256;

    private static Response response(String... headers) {
        Response response = Response.ok(headers);
        response.fields().put("cache-control", List.of("max-age=60"));
        return response;
    }

    private static List<String> tags(String... headers) {
        return response(headers).stored().tags();
    }

    private static String many(int count, String delimiter) {
        return IntStream.range(0, count).mapToObj(i -> "t" + i).collect(Collectors.joining(delimiter));
    }

    @Test
    void section_2_groups_are_a_list_of_strings() {
        assertEquals(
                List.of("eurovision-results", "australia, 9", "a\"b"),
                tags("Cache-Groups", "\"eurovision-results\";x=1, \"australia, 9\"", "Cache-Groups", "\"a\\\"b\""));
        assertEquals(List.of("A", "a"), tags("Cache-Groups", "\"A\", \"a\", \"A\""), "compared by character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\"a\", b", "\"a\" \"b\"", "\"a\",", "\"a", "(\"a\")", "\"a\", 5", "\"é\"", ""})
    void section_2_what_is_no_list_of_strings_is_as_if_absent(String groups) {
        assertEquals(List.of(), tags("Cache-Groups", groups));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Surrogate-Key|a b  c|a b c",
                "Surrogate-Key|a,b product:42|a,b product:42",
                "Surrogate-Key|a a|a",
                "Cache-Tag|a,b , c|a b c",
                "Cache-Tag|,a,,|a"
            })
    void keys_are_divided_by_spaces_and_tags_by_commas(String name, String value, String tags) {
        assertEquals(List.of(tags.split(" ")), tags(name, value));
    }

    @Test
    void a_tag_with_a_space_and_all_three_fields_together() {
        assertEquals(List.of("two words", "b"), tags("Cache-Tag", "two words", "Cache-Tag", "b"));
        assertEquals(
                List.of("key", "both", "tag", "group"),
                tags("Surrogate-Key", "key both", "Cache-Tag", "tag,both", "Cache-Groups", "\"group\", \"key\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"Surrogate-Key|` `", "Cache-Tag|`,`"})
    void with_more_tags_than_are_kept_it_is_not_stored(String name, String delimiter) {
        assertEquals(MOST, tags(name, many(MOST, delimiter)).size());
        response(name, many(MOST + 1, delimiter)).refused("tags");
        response(name, many(MOST, delimiter), "Cache-Groups", "\"t0\", \"t\"").refused("tags");
        assertEquals(
                MOST,
                tags(name, many(MOST, delimiter), "Cache-Groups", "\"t0\"").size(),
                "counted once");
    }

    @Test
    void with_a_tag_longer_than_is_kept_it_is_not_stored() {
        String longest = "x".repeat(LONGEST);
        assertEquals(List.of(longest), tags("Surrogate-Key", longest));
        for (String name : List.of("Surrogate-Key", "Cache-Tag")) {
            response(name, longest + 'x').refused("tags");
        }
        response("Cache-Groups", '"' + longest + "x\"").refused("tags");
    }

    private static List<String> voided(String origin, String... lines) {
        return OriginTags.voided(name -> name.equals("cache-group-invalidation") ? List.of(lines) : List.of(), origin);
    }

    @Test
    void section_2_1_responses_share_a_group_only_with_those_of_their_own_origin() {
        Map<String, List<String>> fields =
                response("Cache-Groups", "\"a\", \"b c\", \"a\"").fields();
        List<String> groups = OriginTags.groups(name -> fields.getOrDefault(name, List.of()), "https://shop.example");
        assertEquals(List.of("https://shop.example a", "https://shop.example b c"), groups);
        assertEquals(groups, voided("https://shop.example", "\"a\", \"b c\""));
        for (String other : List.of("http://shop.example", "https://shop.example:8443", "https://other.example")) {
            assertTrue(Collections.disjoint(groups, voided(other, "\"a\", \"b c\"")), other);
        }
    }

    @Test
    void section_3_an_unsafe_requests_answer_names_groups_as_a_list_of_strings() {
        assertEquals(
                List.of("o a", "o b", "o A", "o "),
                voided("o", "\"a\";x=1, \"b\"", "\"A\", \"a\", \"\""),
                "compared by character; order and parameters mean nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\"a\", b", "\"a\",", "\"a", "(\"a\")", "\"a\", 5", ""})
    void section_3_what_is_no_list_of_strings_voids_nothing(String groups) {
        assertEquals(List.of(), voided("o", groups));
        assertEquals(List.of(), OriginTags.voided(name -> List.of(), "o"));
    }

    @Test
    void section_2_and_3_thirty_two_groups_of_thirty_two_characters_are_understood() {
        String groups = IntStream.range(0, 32)
                .mapToObj(i -> "\"" + "g".repeat(30) + (10 + i) + "\"")
                .collect(Collectors.joining(", "));
        Map<String, List<String>> fields = response("Cache-Groups", groups).fields();
        assertEquals(32, tags("Cache-Groups", groups).size());
        assertEquals(32, voided("o", groups).size());
        assertEquals(voided("o", groups), OriginTags.groups(name -> fields.getOrDefault(name, List.of()), "o"));
    }

    @Test
    void a_group_longer_than_any_response_is_stored_with_voids_nothing() {
        String longest = "x".repeat(LONGEST);
        assertEquals(List.of("o " + longest), voided("o", '"' + longest + "\", \"" + longest + "x\""));
    }

    @Test
    void groups_are_for_every_cache_and_passed_on() {
        assertFalse(OriginTags.BETWEEN_ORIGIN_AND_CACHE.contains("cache-groups"));
        assertFalse(response("Cache-Groups", "\"a\"").stored().unstored().contains("cache-groups"));
    }
}
