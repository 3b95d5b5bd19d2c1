package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReferencesTest {
    private static @Nullable String of(@Nullable String reference) {
        return References.sameOrigin("http://shop.example", "/a/b?q=1|2", reference);
    }

    @Test
    void relative_references_are_relative_to_what_was_asked_for() {
        assertEquals("/items/5", of("/items/5"));
        assertEquals("/items/5?x", of("/items/5?x#there"));
        assertEquals("/a/c", of("c"));
        assertEquals("/c", of("../c"));
        assertEquals("/a/b?p=2", of("?p=2"));
        assertEquals("/a/b?q=1|2", of(""));
        assertEquals("/items/{5}", of("/items/{5}"));
    }

    @Test
    void absolute_ones_count_where_scheme_host_and_port_are_the_same() {
        assertEquals("/x?y=1", of("http://shop.example/x?y=1"));
        assertEquals("/x", of("HTTP://SHOP.example:80/x"));
        assertEquals("/b", of("http://shop.example/a/../b"));
        assertEquals("/", of("http://shop.example"));
        assertEquals("/x", of("//shop.example/x"));
        assertNull(of("https://shop.example/x"));
        assertNull(of("http://shop.example:8080/x"));
        assertNull(of("http://other.example/x"));
    }

    @Test
    void what_is_no_reference_names_nothing() {
        assertNull(of(null));
        assertNull(of("http://shop.example/a b"));
        assertNull(of("mailto:someone"));
    }
}
