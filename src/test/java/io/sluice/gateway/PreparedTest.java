package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Body;
import io.sluice.cache.Entry;
import io.sluice.cache.http.ByteRange;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is written of an entry for a part of it. */
class PreparedTest {
    private static final ByteRange.Part PART = new ByteRange.Part(2, 4, 10);

    private static Prepared prepared(String... headers) {
        byte[] body = "0123456789".getBytes(StandardCharsets.UTF_8);
        return Prepared.of(new Entry(200, List.of(headers), Body.of(body), 0, 0, 1, 0, 0, 0, 0, List.of()));
    }

    private static MultiMap part(String... headers) {
        MultiMap written = HttpHeaders.headers();
        prepared(headers).writePartTo(written, PART);
        return written;
    }

    @Test
    void rfc_9110_section_15_3_7_a_part_has_what_was_stored_and_its_own_length() {
        MultiMap written = part("Content-Type", "text/plain", "ETag", "\"a\"", "Link", "</a>", "Link", "</b>");
        assertEquals("text/plain", written.get("content-type"));
        assertEquals("\"a\"", written.get("etag"));
        assertEquals(List.of("</a>", "</b>"), written.getAll("link"));
        assertEquals(List.of("3"), written.getAll("content-length"));
        assertEquals(List.of("bytes 2-4/10"), written.getAll("content-range"));
    }

    @Test
    void rfc_9530_section_2_a_digest_of_the_whole_content_is_none_of_a_parts() {
        MultiMap written = part("Content-Digest", "sha-256=:x:", "Content-MD5", "x", "Repr-Digest", "sha-256=:x:");
        assertFalse(written.contains("content-digest"));
        assertFalse(written.contains("content-md5"));
        assertEquals("sha-256=:x:", written.get("repr-digest"));
    }

    @Test
    void a_part_shares_the_bytes_of_the_whole() {
        Prepared prepared = prepared();
        assertEquals("234", prepared.body(PART).toString());
        prepared.body().setByte(3, (byte) 'x');
        assertEquals("2x4", prepared.body(PART).toString());
    }

    private static Prepared gzipped(String... headers) {
        Body body = Body.of("0123456789".repeat(500).getBytes(StandardCharsets.UTF_8))
                .gzip(false);
        return Prepared.of(new Entry(200, List.of(headers), body, 0, 0, 1, 0, 0, 0, 0, List.of()));
    }

    private static MultiMap notModified(Prepared prepared) {
        MultiMap written = HttpHeaders.headers();
        prepared.writeNotModifiedTo(written);
        return written;
    }

    @Test
    void what_is_stored_plain_is_there_plain_alone() {
        assertNull(prepared("Content-Type", "text/plain").gzipped());
        assertFalse(prepared("Content-Type", "text/plain").headers().contains("vary"));
    }

    @Test
    void rfc_9110_section_12_5_5_both_representations_have_their_own_headers_and_say_what_they_vary_by() {
        Prepared plain = gzipped("Content-Type", "text/plain", "ETag", "\"a\"", "Vary", "Origin", "Repr-Digest", "x");
        MultiMap headers = plain.headers();
        assertEquals("\"a\"", headers.get("etag"));
        assertEquals("5000", headers.get("content-length"));
        assertEquals(List.of("Origin, Accept-Encoding"), headers.getAll("vary"));
        assertEquals("x", headers.get("repr-digest"));
        assertFalse(headers.contains("content-encoding"));
        Prepared gzipped = Objects.requireNonNull(plain.gzipped());
        headers = gzipped.headers();
        assertEquals("\"a-gzip\"", headers.get("etag"));
        assertEquals(Integer.toString(gzipped.body().length()), headers.get("content-length"));
        assertEquals(List.of("Origin, Accept-Encoding"), headers.getAll("vary"));
        assertEquals(List.of("gzip"), headers.getAll("content-encoding"));
        assertFalse(headers.contains("repr-digest"));
        assertEquals("text/plain", headers.get("content-type"));
    }

    @Test
    void rfc_9110_section_15_4_5_a_304_has_the_tag_of_the_representation_and_vary() {
        Prepared plain = gzipped("ETag", "\"a\"", "Content-Type", "text/plain");
        MultiMap headers = notModified(plain);
        assertEquals("\"a\"", headers.get("etag"));
        assertEquals("Accept-Encoding", headers.get("vary"));
        headers = notModified(Objects.requireNonNull(plain.gzipped()));
        assertEquals("\"a-gzip\"", headers.get("etag"));
        assertEquals("Accept-Encoding", headers.get("vary"));
        assertFalse(headers.contains("content-encoding"));
    }

    @Test
    void plain_bytes_of_what_is_stored_gzipped_are_made_when_they_are_needed() {
        Prepared plain = gzipped();
        assertTrue(Objects.requireNonNull(plain.gzipped()).isHere());
        assertFalse(plain.isHere());
        assertEquals("0123456789".repeat(500), plain.body().toString());
        assertTrue(plain.isHere());
        assertSame(plain.body(), plain.body());
    }
}
