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
        assertEquals(List.of("a:\"1\"", "b"), Notified.tags("{\"tags\":[\"a:\\\"1\\\"\",\"b\"],\"at\":1}"));
        assertEquals(List.of(), Notified.tags("{\"tags\":[]}"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "product", "[]", "{}", "{\"tags\":\"a\"}", "{\"tags\":[1]}", "{\"tags\":[\"a\"", "null"})
    void what_is_something_else_is_told(String payload) {
        assertNull(Notified.tags(payload));
    }
}
