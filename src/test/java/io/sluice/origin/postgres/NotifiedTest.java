package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotifiedTest {
    @Test
    void tags_are_read_and_what_else_is_there_is_left_alone() {
        assertEquals(
                new Committed(null, List.of("a:\"1\"", "b")),
                Notified.read("{\"tags\":[\"a:\\\"1\\\"\",\"b\"],\"at\":1}", 7));
        assertEquals(new Committed(null, List.of()), Notified.read("{\"tags\":[]}", 7));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "product", "[]", "{}", "{\"tags\":\"a\"}", "{\"tags\":[1]}", "{\"tags\":[\"a\"", "null"})
    void what_is_something_else_is_told(String payload) {
        assertNull(Notified.read(payload, 7));
    }

    @Test
    void the_transaction_is_read_where_it_is_told() {
        assertEquals(
                new Committed("7.18446744073709551615", List.of("a")),
                Notified.read("{\"tags\":[\"a\"],\"xid\":\"18446744073709551615\"}", 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12", "null", "\"\"", "\"x\"", "\"184467440737095516150\"", "[\"1\"]"})
    void what_is_no_transaction_is_none_and_its_tags_count(String xid) {
        assertEquals(new Committed(null, List.of("a")), Notified.read("{\"tags\":[\"a\"],\"xid\":" + xid + "}", 7));
    }
}
