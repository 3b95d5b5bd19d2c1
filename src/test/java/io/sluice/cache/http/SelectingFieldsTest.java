package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectingFieldsTest {
    private static void assertSame(String name, String one, String other) {
        assertEquals(SelectingFields.normal(name, one), SelectingFields.normal(name, other));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "accept-language|en, de|en,de",
                "accept-language|en, de|de, en",
                "accept-language|en-GB, de;q=0.5|EN-gb,de; q = 0.50",
                "accept-language|en;q=1, de|en;q=1.0, de",
                "accept-language|de;q=0.5, en|en, de;q=0.5",
                "accept-language|en,,de|en,de",
                "accept-encoding|gzip, br;q=0|BR;q=0.000,gzip",
                "accept|text/html;level=1, */*;q=0.1|*/*;q=0.1,text/html; level=1",
                "x-lang|1,2|1 ,\t2"
            })
    void rfc_9111_section_4_1_what_means_the_same_selects_the_same(String name, String one, String other) {
        assertSame(name, one, other);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "accept-language|en, de;q=0.5|de, en;q=0.5",
                "accept-language|en|en-GB",
                "accept-encoding|gzip|gzip;q=0",
                "accept|text/html;level=1|text/html;level=2",
                "accept|text/html;a=A|text/html;a=a",
                "x-lang|en, de|de, en",
                "x-lang|en|EN",
                "cookie|a=1, 2|a=1,2",
                "x-lang|1 2|12"
            })
    void rfc_9111_section_4_1_what_may_mean_something_else_selects_something_else(
            String name, String one, String other) {
        assertNotEquals(SelectingFields.normal(name, one), SelectingFields.normal(name, other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"en;q=2, de", "en;q=x", "en;q=0.1234", "a=\"b, c\", d"})
    void what_cannot_be_read_stays_as_it_is(String value) {
        assertEquals(value, SelectingFields.normal("accept-language", value));
    }

    @Test
    void a_long_value_takes_no_longer_than_it_is_long() {
        String blank = " ".repeat(1_000_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertEquals("a" + blank + "b,c", SelectingFields.normal("x", "a" + blank + "b, c")));
    }

    @Test
    void absent_is_not_empty() {
        assertNull(SelectingFields.normal("accept-language", null));
        assertEquals("", SelectingFields.normal("accept-language", ""));
    }
}
