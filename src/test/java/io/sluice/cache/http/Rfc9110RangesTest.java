package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §14, with its own examples: they speak of 10,000 bytes. */
class Rfc9110RangesTest {
    private static final int LENGTH = 10_000;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-499     | 0    | 499",
                "bytes=500-999   | 500  | 999",
                "bytes=9500-     | 9500 | 9999",
                "bytes=0-0       | 0    | 0",
                "bytes=9999-9999 | 9999 | 9999",
                "bytes=0-        | 0    | 9999",
                "bytes=007-08    | 7    | 8"
            })
    void section_14_1_2_first_and_last_are_inclusive(String field, int first, int last) {
        assertEquals(new ByteRange.Part(first, last, LENGTH), Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=500-10000", "bytes=500-99999", "bytes=500-99999999999999999999999"})
    void section_14_1_2_a_last_position_beyond_the_end_is_the_end(String field) {
        assertEquals(new ByteRange.Part(500, 9999, LENGTH), Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @CsvSource({"-500,9500", "-1,9999", "-10000,0", "-10001,0", "-99999999999999999999999,0"})
    void section_14_1_2_a_suffix_is_the_last_bytes_or_all_there_are(String suffix, int first) {
        assertEquals(new ByteRange.Part(first, 9999, LENGTH), Ranges.of("bytes=" + suffix, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10000-", "bytes=10000-10001", "bytes=-0", "bytes=99999999999999999999999-"})
    void section_14_1_2_what_begins_behind_the_end_is_unsatisfiable(String field) {
        assertEquals(new ByteRange.Unsatisfiable(LENGTH), Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-", "bytes=0-0", "bytes=-0"})
    void section_14_1_2_of_nothing_no_position_is_satisfiable(String field) {
        assertEquals(new ByteRange.Unsatisfiable(0), Ranges.of(field, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=-1", "bytes=-500"})
    void section_14_1_2_the_last_bytes_of_nothing_are_the_whole(String field) {
        assertEquals(ByteRange.WHOLE, Ranges.of(field, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"BYTES=0-4", "Bytes=0-4", "bytes=0-4,", "bytes=, ,0-4 , ,"})
    void sections_14_1_and_5_6_1_2_units_ignore_case_and_lists_their_empty_elements(String field) {
        assertEquals(new ByteRange.Part(0, 4, LENGTH), Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=0-0,-1",
                "bytes= 0-0, 500-, -100",
                "bytes=500-600,601-999",
                "bytes=0-4,x",
                "bytes=0-4, bytes=5-9"
            })
    void section_14_2_several_ranges_are_the_whole(String field) {
        assertEquals(ByteRange.WHOLE, Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"items=0-4", "seconds=1-2", "byte=0-4", "bytess=0-4", "none", ""})
    void section_14_2_an_unknown_unit_is_ignored(String field) {
        assertEquals(ByteRange.WHOLE, Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=5",
                "bytes=5-4",
                "bytes=a-4",
                "bytes=0-b",
                "bytes=--5",
                "bytes=0--5",
                "bytes=+0-4",
                "bytes=0 - 4",
                "bytes=0-4;",
                "bytes=0x0-4",
                "bytes=1.0-4",
                "bytes=\u0661-4",
                "bytes =0-4",
                " bytes=0-4"
            })
    void section_14_1_1_what_is_malformed_is_ignored(String field) {
        assertEquals(ByteRange.WHOLE, Ranges.of(field, LENGTH));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-499 | 1234 | bytes 0-499/1234",
                "bytes=500-999 | 1234 | bytes 500-999/1234",
                "bytes=500- | 1234 | bytes 500-1233/1234",
                "bytes=-500 | 1234 | bytes 734-1233/1234",
                "bytes=42- | 42 | bytes */42"
            })
    void section_14_4_content_range(String field, int length, String expected) {
        ByteRange range = Ranges.of(field, length);
        assertEquals(
                expected,
                range instanceof ByteRange.Part part
                        ? part.contentRange()
                        : ((ByteRange.Unsatisfiable) range).contentRange());
    }

    /** Looks at each byte by itself. */
    private static ByteRange byBytes(long first, long last, int length) {
        int from = -1;
        int to = -1;
        for (int i = 0; i < length; i++) {
            if (i >= first && i <= last) {
                from = from < 0 ? i : from;
                to = i;
            }
        }
        return from < 0 ? new ByteRange.Unsatisfiable(length) : new ByteRange.Part(from, to, length);
    }

    @Property
    void a_range_is_the_bytes_that_lie_in_it(
            @ForAll @IntRange(max = 50) int first,
            @ForAll @IntRange(max = 60) int last,
            @ForAll @IntRange(max = 40) int length) {
        assertEquals(
                last < first ? ByteRange.WHOLE : byBytes(first, last, length),
                Ranges.of("bytes=" + first + '-' + last, length));
        assertEquals(byBytes(first, Long.MAX_VALUE, length), Ranges.of("bytes=" + first + '-', length));
    }

    @Property
    void a_suffix_is_the_bytes_that_few_enough_follow(
            @ForAll @IntRange(max = 60) int count, @ForAll @IntRange(min = 1, max = 40) int length) {
        assertEquals(byBytes(length - count, Long.MAX_VALUE, length), Ranges.of("bytes=-" + count, length));
    }

    @Property
    void whatever_is_asked_a_part_lies_within_the_whole(
            @ForAll @Chars({'0', '1', '9', '-', ',', ' ', '='}) @StringLength(max = 14) String set,
            @ForAll @IntRange(max = 120) int length) {
        if (Ranges.of("bytes=" + set, length) instanceof ByteRange.Part part) {
            assertTrue(0 <= part.first() && part.first() <= part.last() && part.last() < length, set);
            assertEquals(part.last() - part.first() + 1, part.length());
            assertEquals(length, part.of());
        }
    }
}
