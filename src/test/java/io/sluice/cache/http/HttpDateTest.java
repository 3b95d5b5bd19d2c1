package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §5.6.7. */
class HttpDateTest {
    private static final long IN_2026 = 1_780_000_000_000L;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                " Sun, 06 Nov 1994 08:49:37 GMT "
            })
    void all_three_forms_are_read(String date) {
        assertEquals(OptionalLong.of(784_111_777), HttpDate.parse(date, IN_2026));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sunday, 06-Nov-76 00:00:00 GMT|2076",
                "Sunday, 06-Nov-77 00:00:00 GMT|1977",
                "Sunday, 06-Nov-25 00:00:00 GMT|2025"
            })
    void two_digits_are_at_most_fifty_years_ahead(String date, int year) {
        long seconds = HttpDate.parse(date, IN_2026).orElseThrow();
        assertEquals(
                year,
                java.time.Instant.ofEpochSecond(seconds)
                        .atZone(java.time.ZoneOffset.UTC)
                        .getYear());
    }

    @Test
    void what_is_written_is_the_first_form() {
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.format(784_111_777_999L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sun, 06 nov 1994 08:49:37 gmt",
                "SUN, 06 NOV 1994 08:49:37 GMT",
                "SUNDAY, 06-nOV-94 08:49:37 gMT",
                "sUN nov  6 08:49:37 1994"
            })
    void rfc_9111_section_4_2_the_case_of_letters_does_not_matter(String date) {
        assertEquals(OptionalLong.of(784_111_777L), HttpDate.parse(date, IN_2026));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "Sun, 06 Nov 1994 08:49:37",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 06 Nov 1994 08:49:37 +0000",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 anF 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 24:49:37 GMT",
                "Sun, 06 Nov 1994 08.49.37 GMT",
                "Sun, 06 Nov  994 08:49:37 GMT",
                "1994-11-06T08:49:37Z"
            })
    void anything_else_is_no_date(String date) {
        assertEquals(OptionalLong.empty(), HttpDate.parse(date, IN_2026));
    }
}
