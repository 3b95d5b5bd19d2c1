package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of what is stored, named by the sections of RFC 9110; before an HTTP origin that knows ranges, and a Postgres. */
class RangeIT {
    private static final String BODY = "0123456789";
    private static final String CHANGED = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final Pattern FROM_TO = Pattern.compile("bytes=(\\d+)-(\\d+)");
    private static final Upstream UPSTREAM = new Upstream(RangeIT::answer);
    private static SluiceProcess sluice;

    /** The name of a path says how its answer may be kept, and how it validates. */
    private static void answer(Upstream.Asked asked, Upstream.Wire wire) throws IOException {
        String path = asked.target();
        String headers = path.contains("/private") || path.contains("/own")
                ? "Cache-Control: private\r\n"
                : "Cache-Control: max-age=60\r\n";
        headers += "Content-Type: text/digits\r\n";
        if (path.contains("/weak")) {
            headers += "ETag: W/\"v1\"\r\n";
        } else if (path.contains("/dated")) {
            headers += "Last-Modified: " + CHANGED + "\r\nDate: " + DATE.format(Instant.now()) + "\r\n";
        } else if (path.contains("/just-changed")) {
            String now = DATE.format(Instant.now());
            headers += "Last-Modified: " + now + "\r\nDate: " + now + "\r\n";
        } else {
            headers += "ETag: \"v1\"\r\nLast-Modified: " + CHANGED + "\r\nContent-Digest: sha-256=:x:\r\n";
        }
        Matcher part = FROM_TO.matcher(String.valueOf(asked.header("range")));
        if (path.contains("/missing")) {
            wire.reply(404, headers, BODY);
        } else if (path.contains("/partial")) {
            wire.reply(206, headers + "Content-Range: bytes 0-4/10\r\n", BODY.substring(0, 5));
        } else if (part.matches()) {
            int first = Integer.parseInt(part.group(1));
            int last = Integer.parseInt(part.group(2));
            headers += "Content-Range: bytes " + first + '-' + last + "/10\r\nX-Cut-By: origin\r\n";
            wire.reply(206, headers, BODY.substring(first, last + 1));
        } else {
            wire.reply(200, headers, path.contains("/empty") ? "" : BODY);
        }
    }

    @BeforeAll
    static void start() {
        Postgres.execute("CREATE TABLE ranged (id int PRIMARY KEY, name text NOT NULL);"
                + "INSERT INTO ranged SELECT n, 'name ' || n FROM generate_series(1, 9) n");
        sluice = SluiceProcess.setup("""
                        routes:
                          row:
                            path: /rows/{id}
                            cache: { ttl: 60s, negative-ttl: 60s }
                            postgres: { sql: "SELECT id, name FROM ranged WHERE id = :id", returns: row }
                          http: { path: /http/**, cache: {}, http: { url: "%1$s" } }
                          small: { path: /small/**, cache: { max-entry: 5B }, http: { url: "%1$s" } }
                        """.formatted(UPSTREAM.url()))
                .postgres(Postgres.url())
                .start();
    }

    @AfterAll
    static void end() {
        sluice.close();
        UPSTREAM.close();
    }

    private static String request(String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: shop\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    private static Raw.Reply get(String path, String... headers) {
        return Raw.once(sluice.port, request("GET", path, headers));
    }

    private static String status(Raw.Reply reply) {
        return String.valueOf(reply.header("cache-status"));
    }

    private static void assertHit(Raw.Reply reply) {
        assertTrue(status(reply).startsWith("sluice; hit; ttl="), status(reply));
    }

    private static void assertPart(String contentRange, String body, Raw.Reply reply) {
        assertEquals(206, reply.status(), reply.body());
        assertEquals(contentRange, reply.header("content-range"));
        assertEquals(Integer.toString(body.length()), reply.header("content-length"));
        assertEquals(body, reply.body());
    }

    private static void assertWhole(Raw.Reply reply) {
        assertEquals(200, reply.status());
        assertNull(reply.header("content-range"));
        assertEquals(BODY, reply.body());
    }

    @ParameterizedTest
    @CsvSource({"0-4,0,4", "3-3,3,3", "7-,7,9", "-2,8,9", "-99,0,9", "5-99,5,9", "0-,0,9"})
    void section_14_1_2_a_part_is_cut_from_the_stored_whole(String range, int first, int last) {
        get("/http/cut");
        Raw.Reply part = get("/http/cut", "Range: bytes=" + range);
        assertPart("bytes " + first + '-' + last + "/10", BODY.substring(first, last + 1), part);
        assertHit(part);
        assertEquals(1, UPSTREAM.asked("/http/cut").size());
    }

    @Test
    void section_15_3_7_a_part_has_the_stored_headers() {
        get("/http/fields");
        Raw.Reply part = get("/http/fields", "Range: bytes=0-4");
        assertEquals("\"v1\"", part.header("etag"));
        assertEquals(CHANGED, part.header("last-modified"));
        assertEquals("text/digits", part.header("content-type"));
        assertEquals("max-age=60", part.header("cache-control"));
        assertTrue(Long.parseLong(String.valueOf(part.header("age"))) >= 0);
        assertNull(part.header("content-digest"), "it is the whole's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10-", "99-100", "-0"})
    void section_15_5_17_a_range_behind_the_end_is_416_and_tells_the_length(String range) {
        get("/http/end");
        Raw.Reply none = get("/http/end", "Range: bytes=" + range);
        assertEquals(416, none.status());
        assertEquals("bytes */10", none.header("content-range"));
        assertEquals("application/problem+json", none.header("content-type"));
        assertNull(none.header("etag"));
        assertHit(none);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,4-5", "bytes=5-4", "bytes=", "items=0-4", "bytes=a-b", "4"})
    void section_14_2_what_is_not_one_range_of_bytes_is_ignored(String field) {
        get("/http/ignored");
        Raw.Reply whole = get("/http/ignored", "Range: " + field);
        assertWhole(whole);
        assertHit(whole);
        assertWhole(get("/http/ignored", "Range: bytes=0-1", "Range: bytes=4-5"));
    }

    @Test
    void section_14_2_a_range_is_ignored_for_head_and_for_what_is_not_200() {
        try (Raw raw = new Raw(sluice.port)) {
            Raw.Reply head =
                    raw.send(request("HEAD", "/http/head", "Range: bytes=0-4")).head();
            assertEquals(200, head.status());
            assertEquals("10", head.header("content-length"));
            assertNull(head.header("content-range"));
        }
        get("/http/missing");
        Raw.Reply missing = get("/http/missing", "Range: bytes=0-4");
        assertHit(missing);
        assertEquals(404, missing.status());
        assertEquals(BODY, missing.body());
    }

    @Test
    void section_14_1_2_the_end_of_an_empty_answer_is_that_answer() {
        get("/http/empty");
        assertEquals(200, get("/http/empty", "Range: bytes=-5").status());
        assertEquals("bytes */0", get("/http/empty", "Range: bytes=0-5").header("content-range"));
    }

    @Test
    void rfc_9111_section_3_3_a_part_that_is_missed_loads_the_whole() {
        Raw.Reply part = get("/http/missed", "Range: bytes=2-4");
        assertPart("bytes 2-4/10", "234", part);
        assertEquals("sluice; fwd=miss; stored", status(part));
        assertNull(UPSTREAM.asked("/http/missed").get(0).header("range"));
        Raw.Reply whole = get("/http/missed");
        assertHit(whole);
        assertWhole(whole);
        assertEquals(1, UPSTREAM.asked("/http/missed").size());
    }

    @Test
    void a_part_leaves_the_connection_usable() {
        try (Raw raw = new Raw(sluice.port)) {
            raw.send(request("GET", "/http/kept")
                    + request("GET", "/http/kept", "Range: bytes=1-2")
                    + request("GET", "/http/kept", "Range: bytes=99-")
                    + request("GET", "/http/kept"));
            assertWhole(raw.read());
            assertPart("bytes 1-2/10", "12", raw.read());
            assertEquals(416, raw.read().status());
            assertWhole(raw.read());
        }
    }

    @Test
    void section_13_1_5_a_part_is_sent_if_the_tag_is_the_stored_strong_one() {
        get("/http/tagged");
        assertPart("bytes 0-1/10", "01", get("/http/tagged", "Range: bytes=0-1", "If-Range: \"v1\""));
        for (String other : new String[] {"\"v2\"", "W/\"v1\"", "v1"}) {
            assertWhole(get("/http/tagged", "Range: bytes=0-1", "If-Range: " + other));
            assertWhole(get("/http/tagged", "Range: bytes=99-", "If-Range: " + other));
        }
        get("/http/weak");
        assertWhole(get("/http/weak", "Range: bytes=0-1", "If-Range: W/\"v1\""));
        assertWhole(get("/http/weak", "Range: bytes=0-1", "If-Range: \"v1\""));
        assertPart("bytes 0-1/10", "01", get("/http/weak", "Range: bytes=0-1"));
    }

    @Test
    void section_13_1_5_a_part_is_sent_if_the_date_is_the_stored_one_and_strong() {
        get("/http/dated");
        assertPart("bytes 0-1/10", "01", get("/http/dated", "Range: bytes=0-1", "If-Range: " + CHANGED));
        String later = DATE.format(Instant.now());
        assertWhole(get("/http/dated", "Range: bytes=0-1", "If-Range: " + later));
        String now = String.valueOf(get("/http/just-changed").header("last-modified"));
        assertWhole(get("/http/just-changed", "Range: bytes=0-1", "If-Range: " + now));
    }

    @Test
    void section_13_2_2_what_was_not_modified_is_304_before_any_part() {
        get("/http/first");
        for (String condition : new String[] {"If-None-Match: \"v1\"", "If-Modified-Since: " + CHANGED}) {
            Raw.Reply same = get("/http/first", "Range: bytes=0-1", condition);
            assertEquals(304, same.status(), condition);
            assertNull(same.header("content-range"));
            assertEquals(304, get("/http/first", "Range: bytes=99-", condition).status());
        }
        assertPart("bytes 0-1/10", "01", get("/http/first", "Range: bytes=0-1", "If-None-Match: \"v2\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"If-Match: \"v1\"", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"})
    void section_13_1_1_what_the_origin_decides_goes_there_with_its_range(String condition) {
        get("/http/decided");
        Raw.Reply part = get("/http/decided", "Range: bytes=2-3", condition);
        assertPart("bytes 2-3/10", "23", part);
        assertEquals("origin", part.header("x-cut-by"));
        assertEquals("sluice; fwd=bypass", status(part));
        assertNotNull(UPSTREAM.latest().header(condition.substring(0, condition.indexOf(':'))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/private", "/small/large"})
    void a_part_of_what_cannot_be_stored_is_cut_by_the_origin_once_that_is_known(String path) {
        assertWhole(get(path, "Range: bytes=2-3"));
        Raw.Reply part = get(path, "Range: bytes=2-3", "If-Range: \"v1\"");
        assertPart("bytes 2-3/10", "23", part);
        assertEquals("origin", part.header("x-cut-by"));
        assertEquals("sluice; fwd=miss; detail=\"pass\"", status(part));
        assertEquals("\"v1\"", UPSTREAM.latest().header("if-range"));
        assertWhole(get(path));
    }

    @Test
    void rfc_9111_section_3_5_a_part_for_an_authorized_caller_is_cut_by_the_origin_unless_the_whole_is_here() {
        String header = "Authorization: Bearer t";
        for (int i = 0; i < 2; i++) {
            Raw.Reply own = get("/http/own", header, "Range: bytes=2-3");
            assertPart("bytes 2-3/10", "23", own);
            assertEquals("sluice; fwd=bypass", status(own));
        }
        get("/http/shared");
        Raw.Reply part = get("/http/shared", header, "Range: bytes=2-3");
        assertPart("bytes 2-3/10", "23", part);
        assertHit(part);
    }

    @Test
    void rfc_9111_section_5_2_1_a_part_is_cut_from_what_the_clients_own_directives_allow() {
        get("/http/directed");
        assertPart("bytes 0-1/10", "01", get("/http/directed", "Range: bytes=0-1", "Cache-Control: only-if-cached"));
        assertPart("bytes 0-1/10", "01", get("/http/directed", "Range: bytes=0-1", "Cache-Control: max-age=60"));
        assertEquals(1, UPSTREAM.asked("/http/directed").size());
        Raw.Reply around = get("/http/directed", "Range: bytes=2-3", "Cache-Control: no-cache");
        assertPart("bytes 2-3/10", "23", around);
        assertEquals("origin", around.header("x-cut-by"));
        Raw.Reply own =
                get("/http/own-directed", "Range: bytes=2-3", "Cache-Control: max-age=60", "Authorization: Bearer t");
        assertPart("bytes 2-3/10", "23", own);
        assertEquals("sluice; fwd=bypass", status(own));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/partial"})
    void rfc_9111_section_3_3_a_part_from_the_origin_is_never_stored_nor_taken_for_the_whole(String path) {
        for (int i = 1; i <= 2; i++) {
            Raw.Reply reply = get(path);
            assertTrue(status(reply).startsWith("sluice; fwd=miss; detail="), status(reply));
            assertEquals("bytes 0-4/10", reply.header("content-range"));
            assertEquals(i, UPSTREAM.asked(path).size());
        }
    }

    @Test
    void a_part_of_a_row_is_cut_from_its_json() {
        Raw.Reply missed = get("/rows/1", "Range: bytes=0-5");
        assertEquals("sluice; fwd=miss; stored", status(missed));
        Raw.Reply whole = get("/rows/1");
        assertHit(whole);
        String body = whole.body();
        String range = "bytes 0-5/" + body.length();
        assertPart(range, body.substring(0, 6), missed);
        String etag = String.valueOf(whole.header("etag"));
        assertEquals(etag, missed.header("etag"));
        assertPart(range, body.substring(0, 6), get("/rows/1", "Range: bytes=0-5", "If-Range: " + etag));
        assertEquals(
                body, get("/rows/1", "Range: bytes=0-5", "If-Range: \"other\"").body());
        assertEquals(416, get("/rows/1", "Range: bytes=" + body.length() + '-').status());
        assertEquals(
                304,
                get("/rows/1", "Range: bytes=0-5", "If-None-Match: " + etag).status());
        assertPart(range, body.substring(0, 6), get("/rows/1", "Range: bytes=0-5", "Authorization: Bearer t"));
    }

    @Test
    void a_row_that_is_not_there_has_no_parts() {
        @Nullable String length = get("/rows/4711").header("content-length");
        Raw.Reply missing = get("/rows/4711", "Range: bytes=0-5");
        assertEquals(404, missing.status());
        assertHit(missing);
        assertEquals(length, missing.header("content-length"));
    }
}
