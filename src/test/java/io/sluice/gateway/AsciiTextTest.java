package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AsciiTextTest {
    @Property(tries = 300)
    void what_is_appended_stands_there_however_little_was_expected(
            @ForAll List<@AlphaChars String> words,
            @ForAll @LongRange long number,
            @ForAll @IntRange(max = 40) int expected) {
        long positive = number & Long.MAX_VALUE;
        StringBuilder known = new StringBuilder();
        AsciiText text = new AsciiText(expected);
        for (String word : words) {
            known.append(word).append(positive).append(';');
            text.append(word).append(positive).append(';');
        }
        assertEquals(known.toString(), text.text().toString());
    }

    @Test
    void numbers_at_the_turn_of_a_digit() {
        for (long number : new long[] {0, 9, 10, 99, 100, 999_999_999, 1_000_000_000, Long.MAX_VALUE}) {
            assertEquals(
                    Long.toString(number),
                    new AsciiText(0).append(number).text().toString());
        }
    }

    @Test
    void nothing_appended_is_empty() {
        assertTrue(new AsciiText(10).isEmpty());
        assertTrue(new AsciiText(10).text().isEmpty());
    }
}
