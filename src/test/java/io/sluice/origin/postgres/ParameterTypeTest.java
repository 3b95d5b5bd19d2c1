package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterTypeTest {
    private static final Map<String, List<String>> FIT = Map.of(
            "int2", List.of("0", "-32768", "32767"),
            "int4", List.of("007", "2147483647"),
            "int8", List.of("-9223372036854775808", "9223372036854775807"),
            "numeric", List.of("1", "-1.50", ".5", "1e10", "123456789012345678901234567890"),
            "bool", List.of("true", "F", "1", "off"),
            "uuid", List.of("0b0e7a1c-0000-4000-8000-00000000000F"),
            "date", List.of("2024-02-29"),
            "timestamp", List.of("2024-02-29", "2024-02-29T10:00", "2024-02-29 10:00:00.123456"),
            "timestamptz", List.of("2024-02-29T10:00:00Z", "2024-02-29 10:00:00+02:00", "2024-02-29"));

    private static final Map<String, List<String>> UNFIT = Map.of(
            "int2", List.of("32768", "", "-", "1.0", " 1", "+1", "0x1"),
            "int4", List.of("2147483648", "abc", "٣"),
            "int8", List.of("9223372036854775808", "99999999999999999999"),
            "numeric", List.of("", ".", "1e", "1e99999", "NaN", "1,5", "--1"),
            "bool", List.of("maybe", "2", ""),
            "uuid", List.of("0b0e7a1c00004000800000000000000f", "0b0e7a1c-0000-4000-8000-00000000000g"),
            "date", List.of("2023-02-29", "today", "infinity", "2024-2-9"),
            "timestamp", List.of("now", "2024-02-29T25:00:00"),
            "timestamptz", List.of("now", "tomorrow", "2024-02-30T10:00:00Z"));

    @Test
    void values_of_the_type_are_taken_and_others_are_not() {
        FIT.forEach((type, values) -> values.forEach(
                value -> assertTrue(new ParameterType(type, type, type).accepts(value), type + " " + value)));
        UNFIT.forEach((type, values) -> values.forEach(
                value -> assertFalse(new ParameterType(type, type, type).accepts(value), type + " " + value)));
    }

    @Test
    void what_only_postgres_spells_so_is_taken_where_it_was_linked_to_and_words_for_other_times_never() {
        Map<String, List<String>> spelled = Map.of(
                "numeric", List.of("NaN", "Infinity", "-Infinity", "1.5"),
                "float8", List.of("NaN", "Infinity", "-Infinity", "1e+308"),
                "date", List.of("infinity", "-infinity", "0044-03-15 BC", "12345-01-01", "2024-02-29"),
                "time", List.of("24:00:00", "10:00:00"),
                "timestamp", List.of("infinity", "0044-03-15 10:00:00.5 BC", "294276-12-31 23:59:59"),
                "timestamptz", List.of("-infinity", "0044-03-15 10:00:00+00:53:28 BC", "12345-01-01 00:00:00+00"));
        spelled.forEach((type, values) -> values.forEach(
                value -> assertTrue(new ParameterType(type, type, type).acceptsSpelled(value), type + " " + value)));
        for (String type : List.of("date", "time", "timestamp", "timestamptz")) {
            for (String value : List.of("now", "today", "tomorrow", "allballs", "epoch", "")) {
                assertFalse(new ParameterType(type, type, type).acceptsSpelled(value), type + " " + value);
            }
        }
    }

    @Test
    void a_refusal_names_the_type_and_a_shortened_value() {
        assertEquals(
                "expected a bigint, got 'abc'", new ParameterType("bigint", "pg_catalog.int8", "int8").refusal("abc"));
        assertTrue(new ParameterType("integer", "i", "int4")
                .refusal("x".repeat(100))
                .startsWith("expected an integer, got 'xxx"));
        assertTrue(new ParameterType("integer", "i", "int4")
                        .refusal("x".repeat(100))
                        .length()
                < 100);
    }
}
