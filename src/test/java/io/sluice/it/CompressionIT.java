package io.sluice.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two instances with one Redis: what is stored gzipped and who gets it how, named by the sections of RFC 9110. */
class CompressionIT {
    private static final String BODY = "0123456789 and so on;".repeat(200);
    private static final String LARGE = "0123456789 and so on;".repeat(40_000);
    private static final String CHANGED = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String GZIP = "Accept-Encoding: gzip, deflate, br";
    private static final Upstream UPSTREAM = new Upstream(CompressionIT::answer);
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static List<SluiceProcess> fleet = List.of();

    /** The name of a path says what its answer is like. */
    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException {
        String path = asked.target();
        String headers = "Content-Type: text/plain\r\n";
        headers += path.contains("/weak") ? "ETag: W/\"v1\"\r\n" : "ETag: \"v1\"\r\n";
        headers += "Last-Modified: " + CHANGED + "\r\nRepr-Digest: sha-256=:x:\r\nVary: Origin\r\n";
        String control = path.contains("/validated") ? "max-age=1" : "max-age=60";
        if (path.contains("/no-transform")) {
            control += ", no-transform";
        } else if (path.contains("/private")) {
            control = "private";
        } else if (path.contains("/coded")) {
            headers += "Content-Encoding: gzip\r\n";
        } else if (path.contains("/varies")) {
            headers += "Vary: Accept-Encoding\r\n";
        }
        headers += "Cache-Control: " + control + "\r\n";
        if (asked.method().equals("PUT")) {
            boolean same = String.valueOf(asked.header("if-match")).contains("\"v1\"");
            wire.reply(same ? 200 : 412, "", "");
        } else if ("\"v1\"".equals(asked.header("if-none-match"))) {
            wire.write("HTTP/1.1 304 X\r\n" + headers + "\r\n");
        } else {
            wire.reply(200, headers, path.contains("/large") ? LARGE : path.contains("/small") ? "small" : BODY);
        }
    }

    @BeforeAll
    static void start() {
        Postgres.execute("CREATE TABLE compressed (id int PRIMARY KEY, name text NOT NULL);"
                + "INSERT INTO compressed SELECT n, repeat('name ' || n, 300) FROM generate_series(1, 9) n");
        fleet = SluiceProcess.start(
                2,
                SluiceProcess.setup("""
                                routes:
                                  row:
                                    path: /rows/{id}
                                    cache: { ttl: 60s, negative-ttl: 60s }
                                    postgres: { sql: "SELECT id, name FROM compressed WHERE id = :id", returns: row }
                                  plain-row:
                                    path: /plain-rows/{id}
                                    cache: { ttl: 60s, compress: false }
                                    postgres: { sql: "SELECT id, name FROM compressed WHERE id = :id", returns: row }
                                  http: { path: /http/**, cache: { compress: true }, http: { url: "%1$s" } }
                                  alone: { path: /alone/**, cache: {}, http: { url: "%1$s" } }
                                """.formatted(UPSTREAM.url()))
                        .redis(REDIS.url())
                        .postgres(Postgres.url()));
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        UPSTREAM.close();
        REDIS.close();
    }

    private static String request(String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: shop\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    private static Raw.Reply get(int instance, String path, String... headers) {
        return Raw.once(fleet.get(instance).port, request("GET", path, headers));
    }

    private static Raw.Reply get(String path, String... headers) {
        return get(0, path, headers);
    }

    private static String gunzip(String body) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body.getBytes(ISO_8859_1)))) {
            return new String(in.readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String status(Raw.Reply reply) {
        return String.valueOf(reply.header("cache-status"));
    }

    private static void assertGzipped(String body, String etag, Raw.Reply reply) {
        assertEquals(200, reply.status());
        assertEquals("gzip", reply.header("content-encoding"));
        assertEquals(Integer.toString(reply.body().length()), reply.header("content-length"));
        assertTrue(reply.body().length() < body.length() / 2, "gzipped");
        assertEquals(body, gunzip(reply.body()));
        assertEquals(etag, reply.header("etag"));
        assertNull(reply.header("repr-digest"), "of other bytes");
    }

    private static void assertPlain(String body, String etag, Raw.Reply reply) {
        assertEquals(200, reply.status());
        assertNull(reply.header("content-encoding"));
        assertEquals(Integer.toString(body.length()), reply.header("content-length"));
        assertEquals(body, reply.body());
        assertEquals(etag, reply.header("etag"));
    }

    @Test
    void section_12_5_3_each_client_gets_the_representation_that_it_takes_of_the_one_that_is_stored() {
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/each", GZIP));
        for (String takes : new String[] {"gzip", "x-gzip", "*", "br;q=1, gzip;q=0.1", "identity;q=0, gzip"}) {
            assertGzipped(BODY, "\"v1-gzip\"", get("/http/each", "Accept-Encoding: " + takes));
        }
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/each", "Accept-Encoding: br", "Accept-Encoding: gzip"));
        for (String takes : new String[] {"identity", "gzip;q=0", "", "br", "identity, gzip;q=0.5", "*;q=0"}) {
            Raw.Reply plain = get("/http/each", "Accept-Encoding: " + takes);
            assertPlain(BODY, "\"v1\"", plain);
            assertEquals("sha-256=:x:", plain.header("repr-digest"));
        }
        assertPlain(BODY, "\"v1\"", get("/http/each"));
        assertEquals(1, UPSTREAM.asked("/http/each").size());
    }

    @Test
    void section_12_5_5_both_say_what_they_vary_by_and_are_no_variants_here() {
        for (String header : new String[] {GZIP, "Accept-Encoding: identity", "Accept-Encoding: br"}) {
            assertEquals("Origin, Accept-Encoding", get("/http/vary", header).header("vary"));
            assertEquals("Accept-Encoding", get("/rows/1", header).header("vary"));
        }
        assertEquals(1, UPSTREAM.asked("/http/vary").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/loaded-for-gzip", "/http/large-for-gzip"})
    void who_takes_no_gzip_gets_what_was_loaded_for_who_does(String path) {
        String body = path.contains("/large") ? LARGE : BODY;
        Raw.Reply first = get(path, GZIP);
        if (path.contains("/large")) {
            assertPlain(body, "\"v1\"", first); // as it came, while it was stored
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> status(get(path, GZIP)).startsWith("sluice; hit"));
        } else {
            assertGzipped(body, "\"v1-gzip\"", first);
        }
        Raw.Reply plain = get(path);
        assertTrue(status(plain).startsWith("sluice; hit"), status(plain));
        assertPlain(body, "\"v1\"", plain);
        assertGzipped(body, "\"v1-gzip\"", get(path, GZIP));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/shared", "/http/large-shared"})
    void another_instance_finds_it_gzipped_and_expands_it_for_all_who_ask_at_once(String path) {
        String body = path.contains("/large") ? LARGE : BODY;
        assertPlain(body, "\"v1\"", get(0, path));
        await().atMost(Duration.ofSeconds(20)).until(() -> status(get(0, path)).startsWith("sluice; hit"));
        List<CompletableFuture<Raw.Reply>> asked = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> i % 2 == 0 ? get(1, path) : get(1, path, GZIP)))
                .toList();
        for (int i = 0; i < asked.size(); i++) {
            Raw.Reply reply = asked.get(i).join();
            assertTrue(status(reply).startsWith("sluice; hit"), status(reply));
            if (i % 2 == 0) {
                assertPlain(body, "\"v1\"", reply);
            } else {
                assertGzipped(body, "\"v1-gzip\"", reply);
            }
        }
        assertEquals(1, UPSTREAM.asked(path).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/head", "/rows/2"})
    void section_9_3_2_head_has_the_headers_of_get(String path) {
        for (String header : new String[] {GZIP, "Accept-Encoding: identity"}) {
            get(path, header);
            Raw.Reply whole = get(path, header);
            try (Raw raw = new Raw(fleet.get(0).port)) {
                Raw.Reply head = raw.send(request("HEAD", path, header)).head();
                for (String name :
                        new String[] {"etag", "vary", "content-encoding", "content-length", "content-type"}) {
                    assertEquals(whole.header(name), head.header(name), name);
                }
            }
        }
    }

    @Test
    void section_13_1_2_a_tag_matches_the_representation_that_it_names() {
        get("/http/conditional");
        for (String header : new String[] {GZIP, "Accept-Encoding: br, gzip;q=0.1"}) {
            for (String tag : new String[] {"\"v1-gzip\"", "\"v1\""}) {
                Raw.Reply same = get("/http/conditional", header, "If-None-Match: \"v0\", " + tag);
                assertEquals(304, same.status());
                assertEquals(tag, same.header("etag"));
                assertEquals("Origin, Accept-Encoding", same.header("vary"));
                assertNull(same.header("content-encoding"));
            }
            Raw.Reply either = get("/http/conditional", header, "If-None-Match: \"v1\", \"v1-gzip\"");
            assertEquals("\"v1-gzip\"", either.header("etag"), "what this client gets");
            assertEquals(
                    "\"v1-gzip\"",
                    get("/http/conditional", header, "If-None-Match: *").header("etag"));
            assertEquals(
                    "\"v1-gzip\"",
                    get("/http/conditional", header, "If-Modified-Since: " + CHANGED)
                            .header("etag"));
            assertGzipped(BODY, "\"v1-gzip\"", get("/http/conditional", header, "If-None-Match: \"v2\""));
        }
        assertEquals(1, UPSTREAM.asked("/http/conditional").size());
    }

    @Test
    void section_13_1_2_nobody_is_told_to_use_a_representation_that_it_does_not_take() {
        get("/http/taken");
        Raw.Reply either = get("/http/taken", "If-None-Match: \"v1-gzip\", \"v1\"");
        assertEquals(304, either.status());
        assertEquals("\"v1\"", either.header("etag"));
        assertPlain(BODY, "\"v1\"", get("/http/taken", "If-None-Match: \"v1-gzip\""));
        String only = "Accept-Encoding: gzip, identity;q=0";
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/taken", only, "If-None-Match: \"v1\""));
    }

    @Test
    void section_8_8_1_a_weak_tag_is_of_both() {
        assertGzipped(BODY, "W/\"v1\"", get("/http/weak", GZIP));
        assertPlain(BODY, "W/\"v1\"", get("/http/weak"));
        assertEquals(304, get("/http/weak", GZIP, "If-None-Match: W/\"v1\"").status());
        assertEquals(304, get("/http/weak", "If-None-Match: W/\"v1\"").status());
    }

    private static void assertPart(Raw.Reply part) {
        assertEquals(206, part.status());
        assertEquals("bytes 2-4/" + BODY.length(), part.header("content-range"));
        assertEquals("234", part.body());
        assertNull(part.header("content-encoding"));
        assertEquals("\"v1\"", part.header("etag"));
        assertEquals("Origin, Accept-Encoding", part.header("vary"));
    }

    @Test
    void section_14_2_a_part_is_cut_from_the_plain_representation() {
        String range = "Range: bytes=2-4";
        assertPart(get("/http/part", GZIP, range));
        assertPart(get(1, "/http/part", GZIP, range));
        assertPart(get("/http/part", range));
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/part", "Accept-Encoding: gzip, identity;q=0", range));
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/part", GZIP, "Range: bytes=0-1,4-5"));
        Raw.Reply none = get("/http/part", GZIP, "Range: bytes=99999-");
        assertEquals(416, none.status());
        assertEquals("bytes */" + BODY.length(), none.header("content-range"));
        assertEquals(1, UPSTREAM.asked("/http/part").size());
    }

    @Test
    void section_13_1_5_parts_of_two_representations_are_not_mixed() {
        get("/http/mixed");
        String range = "Range: bytes=2-4";
        assertPart(get("/http/mixed", GZIP, range, "If-Range: \"v1\""));
        assertPart(get("/http/mixed", range, "If-Range: \"v1\""));
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/mixed", GZIP, range, "If-Range: \"v1-gzip\""));
        assertPlain(BODY, "\"v1\"", get("/http/mixed", range, "If-Range: \"v1-gzip\""));
        assertPart(get("/http/mixed", range, "If-Range: " + CHANGED));
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/mixed", GZIP, range, "If-Range: " + CHANGED));
    }

    @Test
    void a_row_is_gzipped_unless_its_route_says_no() {
        Raw.Reply plain = get("/rows/3");
        String etag = String.valueOf(plain.header("etag"));
        assertPlain(plain.body(), etag, plain);
        String own = etag.substring(0, etag.length() - 1) + "-gzip\"";
        assertGzipped(plain.body(), own, get("/rows/3", GZIP));
        assertGzipped(plain.body(), own, get(1, "/rows/3", GZIP));
        assertEquals(304, get("/rows/3", GZIP, "If-None-Match: " + own).status());
        assertEquals(304, get("/rows/3", "If-None-Match: " + etag).status());
        assertPlain(plain.body(), etag, get("/plain-rows/3", GZIP));
        assertNull(get("/plain-rows/3", GZIP).header("vary"));
        Raw.Reply none = get("/rows/99", GZIP);
        assertEquals(404, none.status());
        assertNull(none.header("content-encoding"), "too small");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/no-transform", "/http/small", "/http/coded", "/http/private", "/alone/each"})
    void what_is_coded_small_not_stored_or_not_to_be_transformed_stays_as_it_came(String path) {
        for (int i = 0; i < 2; i++) {
            Raw.Reply reply = get(path, GZIP);
            assertEquals(path.contains("/small") ? "small" : BODY, reply.body());
            assertEquals(path.contains("/coded") ? "gzip" : null, reply.header("content-encoding"));
            assertEquals("\"v1\"", reply.header("etag"));
            assertEquals("Origin", reply.header("vary"));
            assertEquals("sha-256=:x:", reply.header("repr-digest"));
        }
        assertEquals(304, get(path, GZIP, "If-None-Match: \"v1\"").status());
    }

    @Test
    void where_the_origin_selects_by_coding_each_has_its_own() {
        assertPlain(BODY, "\"v1\"", get("/http/varies"));
        Raw.Reply gzipped = get("/http/varies", GZIP);
        assertEquals("sluice; fwd=miss; stored", status(gzipped));
        assertGzipped(BODY, "\"v1-gzip\"", gzipped);
        assertEquals("Origin, Accept-Encoding", gzipped.header("vary"));
        assertPlain(BODY, "\"v1\"", get("/http/varies"));
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/varies", GZIP));
        assertEquals(2, UPSTREAM.asked("/http/varies").size());
    }

    @Test
    void rfc_9111_section_4_3_the_origin_is_asked_by_its_own_tag_and_what_is_stored_stays_gzipped() {
        await().until(() -> {
            assertGzipped(BODY, "\"v1-gzip\"", get("/http/validated", GZIP, "If-None-Match: \"other\""));
            return UPSTREAM.asked("/http/validated").size() > 1;
        });
        List<Upstream.Asked> asked = UPSTREAM.asked("/http/validated");
        assertEquals("\"v1\"", asked.get(1).header("if-none-match"));
        assertPlain(BODY, "\"v1\"", get("/http/validated"));
        assertGzipped(BODY, "\"v1-gzip\"", get("/http/validated", GZIP));
    }

    @Test
    void section_13_1_1_who_saw_the_gzipped_state_may_change_it() {
        get("/http/changed", GZIP);
        String put = "Content-Length: 0";
        for (String tags : new String[] {"\"v1-gzip\"", "\"v1\"", "\"v0-gzip\", \"v1-gzip\""}) {
            Raw.Reply done =
                    Raw.once(fleet.get(0).port, request("PUT", "/http/changed", GZIP, put, "If-Match: " + tags));
            assertEquals(200, done.status(), tags);
        }
        Raw.Reply refused = Raw.once(fleet.get(0).port, request("PUT", "/http/changed", put, "If-Match: \"v0-gzip\""));
        assertEquals(412, refused.status());
        assertNotNull(UPSTREAM.latest().header("if-match"));
        Raw.once(fleet.get(0).port, request("PUT", "/alone/changed", put, "If-Match: \"v1-gzip\""));
        assertEquals("\"v1-gzip\"", UPSTREAM.latest().header("if-match"), "an origin's own affair");
    }
}
