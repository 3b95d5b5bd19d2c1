package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lists that are too long to be held. */
class StreamedRowsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static SluiceProcess sluice;

    @BeforeAll
    static void start() {
        Postgres.execute(
                "CREATE TABLE long_list AS SELECT n AS id, repeat('é', 50) AS text FROM generate_series(1, 60000) n");
        sluice = SluiceProcess.setup("""
                        routes:
                          long:
                            path: /long
                            cache: { ttl: 10m }
                            postgres: { sql: "SELECT id, text FROM long_list WHERE id <= :most::int ORDER BY id", returns: rows, max-rows: 50000, timeout: 3s }
                          small:
                            path: /small
                            cache: { ttl: 10m, max-entry: 2KiB }
                            postgres: { sql: SELECT id FROM long_list ORDER BY id LIMIT 500, returns: rows }
                          breaks:
                            path: /breaks
                            postgres: { sql: "SELECT id, text, 1 / (20000 - id) AS n FROM long_list ORDER BY id", returns: rows, max-rows: 50000 }
                        """)
                .postgres(Postgres.url())
                .with("QUARKUS_DATASOURCE_REACTIVE_MAX_SIZE", "2")
                .option("-Xmx96m")
                .start();
    }

    @AfterAll
    static void stop() {
        sluice.close();
    }

    private static String status(HttpResponse<String> reply) {
        return reply.headers().firstValue("cache-status").orElse("");
    }

    @Test
    void a_long_list_comes_whole_and_in_order_again_and_again() {
        for (int i = 0; i < 6; i++) {
            HttpResponse<String> reply = sluice.get("/long?most=40000");
            assertEquals(200, reply.statusCode(), reply::body);
            assertFalse(reply.headers().firstValue("content-length").isPresent());
            assertTrue(status(reply).contains("fwd=miss"), () -> status(reply));
            JsonArray rows = new JsonArray(reply.body());
            assertEquals(40000, rows.size());
            for (int n = 0; n < 40000; n += 999) {
                assertEquals(n + 1, rows.getJsonObject(n).getInteger("id"));
            }
        }
    }

    @Test
    void a_short_one_of_the_same_route_is_stored() {
        assertTrue(status(sluice.get("/long?most=10")).contains("stored"));
        assertTrue(status(sluice.get("/long?most=10")).contains("hit"));
        HttpResponse<String> small = sluice.get("/small");
        assertEquals(500, new JsonArray(small.body()).size());
        assertFalse(status(small).contains("stored"), () -> status(small));
        assertEquals("[]", sluice.get("/long?most=0").body());
    }

    @Test
    void what_is_cut_off_says_so_behind_its_end() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", URI.create(sluice.base()).getPort())) {
            socket.getOutputStream()
                    .write("GET /long?most=60000 HTTP/1.1\r\nHost: x\r\nTE: trailers\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(
                    all.toLowerCase(java.util.Locale.ROOT).contains("trailer: sluice-truncated"),
                    all.substring(0, 400));
            assertTrue(all.endsWith("0\r\nSluice-Truncated: ?1\r\n\r\n"), () -> all.substring(all.length() - 60));
            assertTrue(all.contains("\"id\":50000,") && !all.contains("\"id\":50001,"));
        }
    }

    @Test
    void a_client_that_leaves_or_does_not_read_holds_no_connection() throws IOException {
        for (int i = 0; i < 4; i++) {
            try (Socket socket =
                    new Socket("127.0.0.1", URI.create(sluice.base()).getPort())) {
                socket.setReceiveBufferSize(4096);
                socket.getOutputStream()
                        .write("GET /long?most=50000 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                assertTrue(in.read(new byte[100]) > 0);
                if (i == 0) {
                    // Stands still until it is cut off.
                    await().atMost(SOON).until(() -> active() == 0);
                }
            }
        }
        await().atMost(SOON).until(() -> active() == 0);
        assertEquals(200, sluice.get("/long?most=5").statusCode());
        assertEquals(40000, new JsonArray(sluice.get("/long?most=40000").body()).size());
    }

    private static long active() {
        return Postgres.number(
                "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' OR state = 'active'"
                        + " AND query LIKE '%long_list%' AND pid <> pg_backend_pid()");
    }

    @Test
    void a_statement_that_fails_on_its_way_breaks_the_answer_off() {
        try {
            HttpResponse<String> reply = sluice.get("/breaks");
            assertTrue(
                    reply.statusCode() >= 400,
                    "a cut-off answer looked whole: " + reply.body().length());
        } catch (java.io.UncheckedIOException cut) {
            // What a client has to see.
        }
        assertEquals(200, sluice.get("/long?most=4").statusCode());
    }
}
