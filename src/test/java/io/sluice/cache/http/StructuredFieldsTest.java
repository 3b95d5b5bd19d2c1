package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Named by the sections of RFC 9651. */
class StructuredFieldsTest {
    private static Map<String, Object> members(Object... keysAndValues) {
        Map<String, Object> members = new java.util.HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            members.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return members;
    }

    private static void assertDictionary(Map<String, Object> expected, String... lines) {
        assertEquals(expected, StructuredFields.dictionary(List.of(lines)));
    }

    @Test
    void section_3_2_a_dictionary_of_every_type() {
        Object other = StructuredFields.OTHER;
        assertDictionary(
                members(
                        "i",
                        1L,
                        "n",
                        -999_999_999_999_999L,
                        "t",
                        "a/b:c",
                        "s",
                        "x \"\\",
                        "y",
                        true,
                        "f",
                        false,
                        "b",
                        true),
                "i=1, n=-999999999999999,t=a/b:c ,\ts=\"x \\\"\\\\\" , y=?1, f=?0, b");
        assertDictionary(
                members(
                        "d", other, "l", other, "e", other, "bytes", other, "date", other, "text", other, "*x_-.*9",
                        true),
                "d=-123456789012.123, l=( 1 \"a\";q  b;r )",
                "e=();x;y=?0, bytes=:YQ==:, date=@-1, text=%\"f%c3%bc\", *x_-.*9");
    }

    @Test
    void section_4_2_2_the_last_of_the_same_key_stays_and_parameters_go() {
        assertDictionary(members("a", 3L, "b", true), "a=1, b;p=2;q;  r=\"x,y\", a=2", "a=3;a=4");
        assertDictionary(Map.of(), "");
        assertDictionary(Map.of(), "  ");
        assertDictionary(Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",",
                "a,",
                ",a",
                "a,,b",
                "a b",
                "a =1",
                "a= 1",
                "a=",
                "A",
                "1a",
                "-a",
                "aB",
                "a=+1",
                "a=-",
                "a=--1",
                "a=1.",
                "a=.1",
                "a=1.1234",
                "a=1234567890123.1",
                "a=1234567890123456",
                "a=99999999999999999999999999",
                "a=1.1.1",
                "a=1a",
                "a=\"",
                "a=\"\\",
                "a=\"\\n\"",
                "a=\"\u00e4\"",
                "a=\"\u007f\"",
                "a=\"\t\"",
                "a=\"b\"c",
                "a='b'",
                "a=?",
                "a=?2",
                "a=?true",
                "a=:YQ",
                "a=:Y Q:",
                "a=@",
                "a=@1.5",
                "a=@a",
                "a=%b",
                "a=%\"b",
                "a=%\"%\"",
                "a=%\"%f\"",
                "a=%\"%FC\"",
                "a=%\"%fc\"",
                "a=%",
                "a=(",
                "a=(1",
                "a=(1,2)",
                "a=(1(2))",
                "a=(\"b\"\"c\")",
                "a=(1\t2)",
                "a=)",
                "a;",
                "a;B",
                "a;b=",
                "a;b=(1)",
                "a ;b=1",
                "a=1;b=c d",
                "\u00e4",
                "a=\u00e4"
            })
    void section_4_2_one_mistake_and_nothing_is_left(String field) {
        assertNull(StructuredFields.dictionary(List.of(field)));
        assertNull(StructuredFields.dictionary(List.of("fine=1", field)));
    }

    @Test
    void section_4_2_1_a_list_of_strings() {
        assertEquals(List.of("a", "", "b,c"), StructuredFields.strings(List.of(" \"a\";x=1 ,\"\"", "\"b,c\" ")));
        assertEquals(List.of(), StructuredFields.strings(List.of("")));
        for (String field :
                List.of("a", "\"a\",", "\"a\" \"b\"", "\"a\", 1", "(\"a\")", "\"a\"b", "\"a\";", ",\"a\"")) {
            assertNull(StructuredFields.strings(List.of(field)), field);
        }
    }
}
