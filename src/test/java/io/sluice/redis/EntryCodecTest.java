package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Body;
import io.sluice.cache.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final long NOW = 1_780_000_000_000_000L;

    private static Entry entry(byte[] body, long refreshAfter, List<String> headers, List<String> tags) {
        return new Entry(200, headers, Body.of(body), NOW, 7, 60_000_000, refreshAfter, 17, 11, 13, tags);
    }

    @Property(tries = 200)
    void what_is_written_is_read(
            @ForAll byte[] body,
            @ForAll @Size(max = 6) List<String> headers,
            @ForAll @Size(max = 6) List<String> tags,
            @ForAll @LongRange(min = 0, max = 1L << 50) long refreshAfter) {
        List<String> sound = headers.stream().map(EntryCodecTest::utf8).toList();
        List<String> soundTags = tags.stream().map(EntryCodecTest::utf8).toList();
        Entry entry = entry(body, refreshAfter, sound, soundTags);
        Entry read = Objects.requireNonNull(EntryCodec.decode(EntryCodec.encode(entry)));
        assertArrayEquals(body, read.body().plain());
        assertEquals(entry.headers(), read.headers());
        assertEquals(entry.tags(), read.tags());
        assertEquals(NOW, read.start());
        assertEquals(refreshAfter, read.refreshAfter());
        assertEquals(List.of(7L, 60_000_000L, 17L, 11L, 13L), numbers(read));
    }

    private static List<Long> numbers(Entry read) {
        return List.of(read.initialAge(), read.fresh(), read.lead(), read.staleWhileRevalidate(), read.staleIfError());
    }

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    @Test
    void never_stays_never() {
        Entry read = EntryCodec.decode(EntryCodec.encode(entry(new byte[1], Long.MAX_VALUE, List.of(), List.of())));
        assertEquals(Long.MAX_VALUE, Objects.requireNonNull(read).refreshAfter());
    }

    @Property(tries = 50)
    void a_gzipped_body_is_written_and_read_as_it_is(@ForAll @IntRange(min = 200, max = 50_000) int length) {
        Body gzipped =
                Body.of("x".repeat(length).getBytes(StandardCharsets.UTF_8)).gzip(false);
        Entry entry = new Entry(200, List.of("a", "b"), gzipped, NOW, 7, 60_000_000, 9, 17, 11, 13, List.of("t"));
        byte[] bytes = EntryCodec.encode(entry);
        assertTrue(bytes.length < length, "not expanded");
        Entry read = Objects.requireNonNull(EntryCodec.decode(bytes));
        assertTrue(read.body().isGzipped());
        assertEquals(length, read.body().length());
        assertArrayEquals(gzipped.stored(), read.body().stored());
        assertEquals(List.of("a", "b"), read.headers());
        assertEquals(List.of(7L, 60_000_000L, 17L, 11L, 13L), numbers(read));
        assertNull(EntryCodec.names(bytes));
    }

    @Test
    void what_another_version_stored_is_nobodys() {
        byte[] bytes = EntryCodec.encode(entry(new byte[] {1}, 5, List.of(), List.of()));
        for (byte version : new byte[] {0, 1, 3}) {
            byte[] other = bytes.clone();
            other[0] = version;
            CRC32 crc = new CRC32();
            crc.update(other, 0, other.length - 4);
            ByteBuffer.wrap(other).putInt(other.length - 4, (int) crc.getValue());
            assertNull(EntryCodec.decode(other));
        }
        assertNotNull(EntryCodec.decode(bytes));
    }

    @Test
    void a_marker_is_no_entry_and_an_entry_no_marker() {
        byte[] marker = EntryCodec.marker(List.of("accept", "accept-language"));
        assertEquals(List.of("accept", "accept-language"), EntryCodec.names(marker));
        assertNull(EntryCodec.decode(marker));
        assertNull(EntryCodec.names(EntryCodec.encode(entry(new byte[1], 1, List.of(), List.of()))));
    }

    @Test
    void a_changed_or_missing_byte_anywhere_is_noticed() {
        byte[] bytes = EntryCodec.encode(entry(new byte[] {1, 2, 3}, 5, List.of("a", "b"), List.of("t")));
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertNull(EntryCodec.decode(changed), "byte " + i);
            assertNull(EntryCodec.decode(Arrays.copyOf(bytes, i)), "cut at " + i);
        }
    }

    @Test
    void what_was_written_through_gets_its_start_later_and_is_checked_in_all_else() {
        Body plain = Body.of("x".repeat(500).getBytes(StandardCharsets.UTF_8));
        for (Body body : List.of(plain, plain.gzip(false))) {
            Entry entry = new Entry(200, List.of(), body, NOW, 7, 60_000_000, 9, 17, 11, 13, List.of("t"));
            byte[] bytes = EntryCodec.encodeWritten(entry);
            ByteBuffer.wrap(bytes).putDouble(2, NOW + 5);
            Entry read = Objects.requireNonNull(EntryCodec.decode(bytes));
            assertEquals(NOW + 5, read.start());
            assertArrayEquals(body.stored(), read.body().stored());
            for (double no : new double[] {0, -1, 0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
                byte[] never = bytes.clone();
                ByteBuffer.wrap(never).putDouble(2, no);
                assertNull(EntryCodec.decode(never));
            }
            for (int i = 10; i < bytes.length; i++) {
                byte[] changed = bytes.clone();
                changed[i] ^= 1;
                assertNull(EntryCodec.decode(changed), "byte " + i);
            }
            byte[] other = bytes.clone();
            other[1] ^= 4;
            assertNull(EntryCodec.decode(other));
        }
    }
}
