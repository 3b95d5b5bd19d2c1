package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    private static JsonText.Value member(JsonText.Value object, String name) {
        return Objects.requireNonNull(object.members().get(name));
    }

    @Test
    void values_are_kept_as_they_are_spelled() throws IOException {
        JsonText.Value value = JsonText.read(" {\"a\": [1.50, {\"b\" : 1e2 } ], \"c\":\"\\u0041\", \"d\":null}");
        assertEquals("[1.50, {\"b\" : 1e2 } ]", member(value, "a").text());
        assertEquals("{\"b\" : 1e2 }", member(value, "a").elements().get(1).text());
        assertEquals("1.50", member(value, "a").elements().get(0).text());
        assertEquals("A", member(value, "c").bound());
        assertNull(member(value, "d").bound());
    }

    @Test
    void no_level_of_nesting_copies_what_is_in_it() throws IOException {
        String json = "[".repeat(95) + '"' + "x".repeat(1000) + '"' + "]".repeat(95);
        JsonText.Value value = JsonText.read(json);
        for (int level = 0; level < 95; level++) {
            assertSame(json, value.source());
            value = value.elements().get(0);
        }
        assertEquals("x".repeat(1000), value.text());
    }
}
