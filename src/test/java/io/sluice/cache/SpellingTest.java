package io.sluice.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    @ParameterizedTest
    @CsvSource({
        "42, 42",
        "042, 42",
        "000, 0",
        "-0, 0",
        "-007, -7",
        "-, -",
        "'', ''",
        "4.20, 4.20",
        "0x10, 0x10",
        "٠٤٢, ٠٤٢",
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11, a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A1G, A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A1G",
        "A0EEBC9909C0B-4EF8-BB6D-6BB9BD380A11, A0EEBC9909C0B-4EF8-BB6D-6BB9BD380A11",
        "ABC, ABC"
    })
    void integers_and_uuids_have_one_plain_spelling(String value, String plain) {
        assertEquals(plain, Spelling.plain(value));
    }
}
