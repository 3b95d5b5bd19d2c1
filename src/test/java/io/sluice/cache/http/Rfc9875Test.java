package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
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

    @Test
    void groups_are_for_every_cache_and_passed_on() {
        assertFalse(OriginTags.BETWEEN_ORIGIN_AND_CACHE.contains("cache-groups"));
        assertFalse(response("Cache-Groups", "\"a\"").stored().unstored().contains("cache-groups"));
    }
}
