package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A gateway whose datasource is a real PgBouncer in transaction mode, with fewer sessions than the gateway has connections. */
class PoolerIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String USER = "pooled";
    private static final PgBouncer BOUNCER = new PgBouncer(Postgres.port(), 3, USER);
    private static final String ROUTES = """
            routes:
              seen:
                path: /seen/{id}
                cache: { ttl: 10m, tags: ["pooled_seen:{id}"] }
                postgres: { sql: "SELECT * FROM pooled_seen WHERE id = :id", returns: row }
              plain:
                path: /plain/{id}
                postgres: { sql: "SELECT * FROM pooled_seen WHERE id = :id", returns: row }
              many: { path: /many, postgres: { sql: "SELECT id FROM pooled_seen ORDER BY id", returns: rows } }
              text: { path: "/text/{id}", postgres: { sql: "SELECT * FROM pooled_text WHERE id = :id", returns: row } }
              long:
                path: /long
                postgres: { sql: "SELECT g AS id, repeat('x', 200) AS t FROM generate_series(1, 30000) g", returns: rows, max-rows: 50000 }
              write:
                path: /seen/{id}
                methods: [PUT]
                postgres: { sql: "UPDATE pooled_seen SET n = :body.n WHERE id = :id RETURNING n", returns: row }
              slow:
                path: /slow
                postgres: { sql: "SELECT 1 AS n, pg_sleep(30)::text AS pooled_sleep", returns: row, timeout: 500ms }
              wrong: { path: /wrong, postgres: { sql: "SELECT nextval('pooled_counted') AS n", returns: row } }
            """;

    private static SluiceProcess pooled;
    private static SluiceProcess deaf;
    private static SluiceProcess unsaid;
    private static SluiceProcess direct;

    @BeforeAll
    static void start() throws IOException {
        Postgres.execute("CREATE ROLE " + USER + " LOGIN SUPERUSER PASSWORD 'postgres';"
                // What a session has if nobody pins it.
                + "ALTER ROLE " + USER + " SET TimeZone = 'Asia/Tokyo'; ALTER ROLE " + USER
                + " SET DateStyle = 'German';"
                + "ALTER ROLE " + USER + " SET IntervalStyle = 'iso_8601'; ALTER ROLE " + USER
                + " SET extra_float_digits = 0; ALTER ROLE " + USER + " SET bytea_output = 'escape';"
                + "CREATE SEQUENCE pooled_counted;"
                + "CREATE TABLE pooled_seen (id int PRIMARY KEY, n int, at timestamptz, span interval, f float8, b bytea);"
                + "INSERT INTO pooled_seen SELECT i, 0, '2024-03-01 12:00Z', '1 day 02:03:04', 0.1::float8 + 0.2, '\\x00ff'"
                + " FROM generate_series(1, 200) i;"
                // What JSON would say by itself depends on less.
                + "CREATE VIEW pooled_text AS"
                + " SELECT id, at::text AS at, span::text AS span, f::text AS f, b::text AS b FROM pooled_seen");
        Postgres.execute(Files.readString(Path.of("deploy/postgres/invalidation.sql")));
        Postgres.execute("SELECT sluice.watch('pooled_seen', 'pooled_seen:{id}')");
        String through = "postgres: { pooler: transaction, pool: { size: 8 } }\n" + ROUTES;
        String heard =
                "postgres: { pooler: transaction, pool: { size: 8 }, listen: \"" + Postgres.url() + "\" }\n" + ROUTES;
        String bouncer = Postgres.url(BOUNCER.port);
        pooled = setup(heard, bouncer).launch();
        deaf = setup(through, bouncer).launch();
        unsaid = setup(ROUTES, bouncer).launch();
        direct = setup(ROUTES, Postgres.url()).launch();
        all().forEach(SluiceProcess::awaitReady);
    }

    private static SluiceProcess.Setup setup(String yaml, String url) {
        return SluiceProcess.setup(yaml).postgres(url).with("QUARKUS_DATASOURCE_USERNAME", USER);
    }

    private static List<SluiceProcess> all() {
        List<SluiceProcess> all = new ArrayList<>();
        for (SluiceProcess one : new SluiceProcess[] {pooled, deaf, unsaid, direct}) {
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    @AfterAll
    static void end() {
        all().forEach(SluiceProcess::close);
        BOUNCER.close();
    }

    @Test
    void a_row_has_the_same_bytes_and_tag_as_from_a_pinned_session() {
        HttpResponse<String> here = pooled.get("/text/1");
        assertEquals(200, here.statusCode(), pooled::log);
        assertEquals(direct.get("/text/1").body(), here.body());
        assertTrue(here.body().contains("2024-03-01 12:00:00+00"), here::body);
        HttpResponse<String> tagged = pooled.get("/seen/1");
        assertEquals(
                direct.get("/seen/1").headers().firstValue("etag"),
                tagged.headers().firstValue("etag"));
        assertEquals(
                deaf.get("/seen/1").headers().firstValue("etag"),
                tagged.headers().firstValue("etag"));
    }

    @Test
    void no_statement_gets_lost_between_the_sessions() {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            asked.add(pooled.getAsync(i % 4 == 3 ? "/many" : "/plain/" + (1 + i % 100)));
        }
        for (int i = 0; i < asked.size(); i++) {
            HttpResponse<String> reply = asked.get(i).join();
            assertEquals(200, reply.statusCode(), reply::body);
            String expected = i % 4 == 3 ? "[{\"id\":1}" : "{\"id\":" + (1 + i % 100) + ",";
            assertTrue(reply.body().startsWith(expected), reply::body);
        }
    }

    /** Each from a cursor of a statement that has a name, on sessions that others have used so. */
    @Test
    void long_lists_are_streamed_side_by_side() {
        for (int round = 0; round < 3; round++) {
            List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                asked.add(pooled.getAsync("/long"));
            }
            for (CompletableFuture<HttpResponse<String>> one : asked) {
                String body = one.join().body();
                assertTrue(body.endsWith("x\"}]"), () -> body.substring(Math.max(0, body.length() - 300)));
                assertEquals(30_000, body.split("\\{\"id\":", -1).length - 1);
            }
        }
    }

    @Test
    void what_is_written_through_it_is_there_and_voids() {
        await().atMost(SOON)
                .until(() -> pooled.management("/q/metrics").body().contains("sluice_invalidation_listening 1.0"));
        assertTrue(pooled.get("/seen/7").body().contains("\"n\":0"));
        HttpResponse<String> wrote = pooled.send("PUT", "/seen/7", "{\"n\": 5}", "Content-Type", "application/json");
        assertEquals(200, wrote.statusCode(), wrote::body);
        await().atMost(SOON).until(() -> pooled.get("/seen/7").body().contains("\"n\":5"));
        Postgres.execute("UPDATE pooled_seen SET n = 6 WHERE id = 7");
        await().atMost(SOON).until(() -> pooled.get("/seen/7").body().contains("\"n\":6"));
    }

    @Test
    void a_statement_over_its_time_is_cancelled_on_the_server() {
        assertEquals(504, pooled.get("/slow").statusCode());
        await().atMost(SOON)
                .until(() -> Postgres.number("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                                + " AND pid <> pg_backend_pid() AND query LIKE '%pooled_sleep%'")
                        == 0);
        assertEquals(200, pooled.get("/plain/1").statusCode());
    }

    @Test
    void a_route_that_reads_cannot_write_and_is_named() {
        assertEquals(503, pooled.get("/wrong").statusCode());
        assertEquals(503, direct.get("/wrong").statusCode());
        for (SluiceProcess one : List.of(pooled, direct)) {
            await().atMost(SOON).until(() -> one.log().contains("route wrong: its statement changes something"));
        }
    }

    @Test
    void that_commits_are_not_heard_is_said_once() {
        assertEquals(200, deaf.get("/seen/1").statusCode());
        String said = "Commits in Postgres are not heard (a pooler";
        assertTrue(deaf.log().contains(said), deaf::log);
        assertEquals(deaf.log().indexOf(said), deaf.log().lastIndexOf(said));
        assertFalse(pooled.log().contains("not heard"), pooled::log);
    }

    @Test
    void who_did_not_say_that_there_is_a_pooler_is_told() {
        assertEquals(503, unsaid.get("/plain/1").statusCode());
        assertTrue(unsaid.log().contains("has to say 'pooler: transaction'"), unsaid::log);
    }
}
