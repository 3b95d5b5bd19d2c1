package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.cache.Entry;
import io.sluice.cache.http.ByteRange;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written of an entry for a part of it. */
class PreparedTest {
    private static final ByteRange.Part PART = new ByteRange.Part(2, 4, 10);

    private static Prepared prepared(String... headers) {
        byte[] body = "0123456789".getBytes(StandardCharsets.UTF_8);
        return Prepared.of(new Entry(200, List.of(headers), body, 0, 0, 1, 0, 0, 0, 0, List.of()));
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
}
