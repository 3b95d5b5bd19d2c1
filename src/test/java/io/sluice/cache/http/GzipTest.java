package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is gzipped, and how the headers of the gzipped representation differ. */
class GzipTest {
    private static boolean suits(String... headers) {
        return Gzip.suits(List.of(headers), 1024, List.of(), AcceptedCodings.IDENTITY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json", "Application/JSON; charset=utf-8", "text/html", "text/css;charset=x",
                        "text/javascript",
                "application/javascript", "application/xml", "image/svg+xml", "application/problem+json",
                        "application/atom+xml"
            })
    void texts_are(String type) {
        assertTrue(suits("Content-Type", type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image/png",
                "application/octet-stream",
                "application/gzip",
                "video/mp4",
                "font/woff2",
                "",
                "json"
            })
    void what_is_compressed_in_itself_or_unknown_is_not(String type) {
        assertFalse(suits("Content-Type", type));
        assertFalse(suits());
    }

    @Test
    void what_is_small_is_not() {
        List<String> headers = List.of("Content-Type", "text/plain");
        assertTrue(Gzip.suits(headers, 1024, List.of(), AcceptedCodings.IDENTITY));
        assertFalse(Gzip.suits(headers, 1023, List.of(), AcceptedCodings.IDENTITY));
    }

    @ParameterizedTest
    @CsvSource({"Content-Encoding,br", "content-encoding,gzip", "Content-Encoding,identity", "Signature,sig1=:x:"})
    void what_the_origin_coded_or_signed_is_left_alone(String name, String value) {
        assertFalse(suits("Content-Type", "text/plain", name, value));
    }

    @ParameterizedTest
    @CsvSource({
        "Cache-Control,'max-age=60, No-Transform'",
        "cache-control,no-transform",
        "CDN-Cache-Control,no-transform"
    })
    void rfc_9111_section_5_2_2_6_what_must_not_be_transformed_is_not(String name, String value) {
        assertFalse(suits("Content-Type", "text/plain", "Cache-Control", "max-age=60", name, value));
        assertTrue(suits("Content-Type", "text/plain", "Cache-Control", "max-age=60"));
    }

    @Test
    void what_the_origin_itself_selects_by_coding_is_only_for_who_takes_it() {
        List<String> headers = List.of("Content-Type", "text/plain");
        List<String> vary = List.of("accept-encoding");
        assertFalse(Gzip.suits(headers, 4096, vary, AcceptedCodings.IDENTITY));
        assertTrue(Gzip.suits(headers, 4096, vary, AcceptedCodings.GZIP_FIRST));
        assertTrue(Gzip.suits(headers, 4096, List.of("accept"), AcceptedCodings.IDENTITY));
    }

    @Test
    void section_12_5_5_vary_is_added_once_to_what_is_there() {
        assertEquals(List.of("A", "b", "Vary", "Accept-Encoding"), Gzip.negotiated(List.of("A", "b")));
        assertEquals(List.of("Vary", "Origin, Accept-Encoding"), Gzip.negotiated(List.of("Vary", "Origin")));
        assertEquals(List.of("vary", "Accept-Encoding"), Gzip.negotiated(List.of("vary", "")));
        List<String> there = List.of("Vary", "Origin", "A", "b", "vary", "accept-encoding,Accept");
        assertSame(there, Gzip.negotiated(there));
    }

    @Test
    void section_8_8_3_3_a_strong_tag_is_of_one_coding_and_a_weak_one_of_both() {
        assertEquals("\"a-gzip\"", Etags.gzipped("\"a\""));
        assertEquals("\"-gzip\"", Etags.gzipped("\"\""));
        assertEquals("W/\"a\"", Etags.gzipped("W/\"a\""));
        assertEquals("none", Etags.gzipped("none"));
        assertEquals(
                List.of("Content-Type", "text/plain", "etag", "\"a-gzip\"", "Content-Encoding", "gzip"),
                Gzip.gzipped(List.of("Content-Type", "text/plain", "etag", "\"a\"")));
    }

    @Test
    void rfc_9530_digests_of_other_bytes_are_left_out() {
        assertEquals(
                List.of("A", "b", "Content-Encoding", "gzip"),
                Gzip.gzipped(List.of(
                        "Content-Digest", "x", "Repr-Digest", "x", "A", "b", "Digest", "x", "Content-MD5", "x")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"a-gzip\"|\"a-gzip\", \"a\"",
                "\"b\", \"a-gzip\"|\"b\", \"a-gzip\", \"a\"",
                "\"a-gzip\",\"b-gzip\"|\"a-gzip\",\"b-gzip\", \"a\", \"b\"",
                "W/\"a-gzip\"|W/\"a-gzip\"",
                "\"x,-gzip\"|\"x,-gzip\", \"x,\"",
                "\"a\"|\"a\"",
                "*|*",
                "\"a-gzip|\"a-gzip"
            })
    void section_13_1_1_the_origin_is_told_its_own_tag_beside_the_gzipped_one(String asked, String told) {
        assertEquals(told, Etags.withOrigins(asked));
    }
}
