package io.sluice.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BodyTest {
    private static byte[] text(int length) {
        return "{\"name\":\"value\"},"
                .repeat(length / 17 + 1)
                .substring(0, length)
                .getBytes(UTF_8);
    }

    @Property(tries = 50)
    void what_is_gzipped_is_expanded_to_the_same(@ForAll @IntRange(min = 500, max = 300_000) int length) {
        byte[] plain = text(length);
        Body gzipped = Body.of(plain).gzip(false);
        assertTrue(gzipped.isGzipped());
        assertTrue(gzipped.stored().length < length / 4);
        assertEquals(length, gzipped.length());
        assertArrayEquals(plain, gzipped.plain());
        assertArrayEquals(plain, Body.ofGzipped(gzipped.stored(), length).plain());
    }

    @Test
    void what_hardly_gets_smaller_stays_as_it_is() {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        Body body = Body.of(noise);
        assertSame(body, body.gzip(false));
        assertSame(noise, body.stored());
    }

    @Test
    void plain_bytes_are_made_once_and_counted_from_then() {
        Body gzipped = Body.of(text(5000)).gzip(false);
        assertFalse(gzipped.isPlainHere());
        assertEquals(gzipped.stored().length, gzipped.weight());
        byte[] plain = gzipped.plain();
        assertTrue(gzipped.isPlainHere());
        assertSame(plain, gzipped.plain());
        assertEquals(gzipped.stored().length + 5000, gzipped.weight());
    }

    @Test
    void plain_bytes_that_somebody_waits_for_are_not_made_again() {
        byte[] plain = text(5000);
        assertSame(plain, Body.of(plain).gzip(true).plain());
    }

    @Test
    void plain_bodies_are_counted_once() {
        assertEquals(5000, Body.of(text(5000)).weight());
    }

    @Test
    void what_is_no_gzip_or_of_another_length_is_not_served() {
        byte[] stored = Body.of(text(5000)).gzip(false).stored();
        assertThrows(UncheckedIOException.class, Body.ofGzipped(text(100), 5000)::plain);
        assertThrows(UncheckedIOException.class, Body.ofGzipped(stored, 4999)::plain);
        assertThrows(UncheckedIOException.class, Body.ofGzipped(stored, 5001)::plain);
        byte[] cut = Arrays.copyOf(stored, stored.length / 2);
        assertThrows(UncheckedIOException.class, Body.ofGzipped(cut, 5000)::plain);
    }
}
