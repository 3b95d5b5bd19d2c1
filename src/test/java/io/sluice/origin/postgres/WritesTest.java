package io.sluice.origin.postgres;

import static io.sluice.origin.postgres.TestDatabase.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.sluice.origin.Call;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What writes come to, in a real Postgres. */
class WritesTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static TestDatabase database;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        database = new TestDatabase(work, VERTX, 3);
        pool = database.pool;
        sql("CREATE TABLE thing (id int8 PRIMARY KEY, n numeric, doc jsonb, name text UNIQUE);"
                + "INSERT INTO thing SELECT i, i, '{}', 'n' || i FROM generate_series(1, 20) i;"
                // It does what a slow network may do as well: the request to cancel does not hit it.
                + "CREATE FUNCTION deaf(seconds float8) RETURNS int LANGUAGE plpgsql AS $$"
                + " BEGIN PERFORM pg_sleep(seconds); RETURN 1; EXCEPTION WHEN query_canceled THEN RETURN 2; END $$;");
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
    }

    private static void sql(String sql) throws SQLException {
        database.sql(sql);
    }

    private static String one(String sql) throws SQLException {
        return database.one(sql);
    }

    private static PostgresOrigin writing(Returns returns, Duration timeout, String... sql) {
        return new PostgresOrigin(VERTX, () -> pool, spec(returns, timeout, sql));
    }

    private static PostgresSpec spec(Returns returns, Duration timeout, String... sql) {
        return new PostgresSpec(
                "w",
                List.of(sql),
                returns,
                List.of(),
                Access.OWN,
                Guards.LENIENT,
                new Writing(null, 0, false, 2048, false),
                timeout);
    }

    private static PostgresOrigin writing(Returns returns, String... sql) {
        return writing(returns, Duration.ofSeconds(5), sql);
    }

    private static Answer ask(PostgresOrigin origin, String uri) {
        return ask(origin, uri, HttpHeaders.headers());
    }

    private static Answer ask(PostgresOrigin origin, String uri, MultiMap headers) {
        Call call =
                new Call(HttpMethod.PUT, uri, headers, Map.of(), new Call.Peer("127.0.0.1", false, "http", "g"), null);
        return TestDatabase.ask(VERTX.getOrCreateContext(), origin, call);
    }

    @Test
    void whatever_a_written_row_holds_it_is_told_as_written() throws SQLException {
        PostgresOrigin deep = writing(
                new Returns.Row(),
                "UPDATE thing SET doc = (repeat('[', :n::int) || repeat(']', :n::int))::jsonb WHERE id = 1 RETURNING id, doc");
        Answer.Wrote nested = assertInstanceOf(Answer.Wrote.class, ask(deep, "/?n=3000"));
        assertEquals("1", nested.value("id"));
        assertEquals("3000", one("SELECT length(doc::text) / 2 FROM thing WHERE id = 1"));
        PostgresOrigin many = writing(
                new Returns.Row(),
                "UPDATE thing SET n = ('1' || repeat('0', :n::int))::numeric WHERE id = 2 RETURNING id, n");
        Answer.Wrote digits = assertInstanceOf(Answer.Wrote.class, ask(many, "/?n=5000"));
        assertEquals(5001, String.valueOf(digits.columns().get("n")).length());
        PostgresOrigin twice =
                writing(new Returns.Row(), "UPDATE thing SET n = 7 WHERE id = 3 RETURNING id, n, 'x' AS id");
        assertInstanceOf(Answer.Wrote.class, ask(twice, "/"));
    }

    @Test
    void a_retry_is_told_all_that_the_first_was_told_also_in_a_table_of_a_version_before() throws SQLException {
        sql(
                "DROP SCHEMA IF EXISTS sluice CASCADE; CREATE SCHEMA sluice; CREATE TABLE sluice.idempotency (id bytea PRIMARY KEY, request bytea NOT NULL,"
                        + " at timestamptz NOT NULL DEFAULT now(), status int2, type text, answer bytea)");
        PostgresOrigin list =
                writing(new Returns.Rows(2, 1_000), "UPDATE thing SET n = n WHERE id <= :most::int RETURNING id");
        for (int most = 2; most <= 3; most++) {
            MultiMap key = HttpHeaders.headers().set("Idempotency-Key", "list " + most);
            Answer.Whole first = assertInstanceOf(Answer.Wrote.class, ask(list, "/?most=" + most, key))
                    .answer();
            Answer.Whole again = assertInstanceOf(Answer.Wrote.class, ask(list, "/?most=" + most, key))
                    .answer();
            assertEquals(most == 2 ? null : "?1", first.headers().get("Sluice-Truncated"));
            MultiMap told = HttpHeaders.headers().setAll(first.headers()).set("Idempotent-Replayed", "true");
            assertEquals(lines(told), lines(again.headers()));
            assertEquals(first.status(), again.status());
            assertEquals(first.body(), again.body());
        }
    }

    private static final String BEFORE =
            "DROP SCHEMA IF EXISTS sluice CASCADE; CREATE SCHEMA sluice; CREATE TABLE sluice.idempotency (id bytea PRIMARY KEY, request bytea NOT NULL,"
                    + " at timestamptz NOT NULL DEFAULT now(), status int2, type text, answer bytea)";

    private static void written_once_with_a_key(Pool by) throws SQLException {
        PostgresSpec spec = spec(new Returns.None(), Duration.ofSeconds(5), "UPDATE thing SET n = n + 1 WHERE id = 20");
        PostgresOrigin origin = new PostgresOrigin(VERTX, () -> by, spec);
        int before = Integer.parseInt(one("SELECT n FROM thing WHERE id = 20"));
        assertInstanceOf(Prepared.Ready.class, origin.prepare().await().atMost(Duration.ofSeconds(20)));
        MultiMap key = HttpHeaders.headers().set("Idempotency-Key", "of before");
        for (int i = 0; i < 2; i++) {
            Answer.Wrote wrote = assertInstanceOf(Answer.Wrote.class, ask(origin, "/", key));
            assertEquals(i == 0 ? null : "true", wrote.answer().headers().get("Idempotent-Replayed"));
        }
        assertEquals(before + 1, Integer.parseInt(one("SELECT n FROM thing WHERE id = 20")));
    }

    @Test
    void a_table_of_a_version_before_that_is_not_ours_to_alter_keeps_keys_as_it_did() throws Exception {
        sql(BEFORE + "; CREATE ROLE app LOGIN PASSWORD 'app'; GRANT USAGE ON SCHEMA sluice TO app;"
                + "GRANT SELECT, INSERT, UPDATE, DELETE ON sluice.idempotency TO app; GRANT ALL ON thing TO app");
        Pool app = database.pool("app", 2);
        try {
            written_once_with_a_key(app);
        } finally {
            get(app.close());
        }
    }

    @Test
    void a_table_of_a_version_before_that_others_read_for_long_keeps_keys_as_it_did() throws SQLException {
        sql(BEFORE);
        try (Connection dump = database.server.dataSource().getConnection();
                java.sql.Statement reads = dump.createStatement()) {
            dump.setAutoCommit(false);
            reads.execute("LOCK TABLE sluice.idempotency IN ACCESS SHARE MODE");
            written_once_with_a_key(pool);
        }
    }

    @Test
    void of_several_instances_that_make_the_table_at_once_all_have_one() throws Exception {
        for (String begin : List.of("DROP SCHEMA IF EXISTS sluice CASCADE", BEFORE)) {
            sql(begin);
            List<Future<Idempotency.Table>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(pool.withConnection(Idempotency::made));
            }
            for (Future<Idempotency.Table> one : all) {
                assertNotEquals(Idempotency.Table.NONE, get(one));
            }
            assertEquals(Idempotency.Table.WHOLE, get(pool.withConnection(Idempotency::there)));
        }
    }

    private static Set<String> lines(MultiMap headers) {
        Set<String> lines = new TreeSet<>();
        headers.forEach((name, value) -> lines.add(name + ": " + value));
        return lines;
    }

    @Test
    void what_was_told_to_have_taken_too_long_is_not_done_though_its_cancellation_missed() throws Exception {
        PostgresOrigin slow = writing(
                new Returns.None(),
                Duration.ofMillis(400),
                "SELECT deaf(:seconds)",
                "UPDATE thing SET n = -4 WHERE id = 4");
        // On a busy machine one look may take longer than that.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> slow.prepare().await().atMost(Duration.ofSeconds(20)) instanceof Prepared.Ready);
        assertEquals(
                Reason.TIMEOUT,
                assertInstanceOf(Answer.Failed.class, ask(slow, "/?seconds=3")).reason());
        get(pool.query("SELECT pg_sleep(0.7)").execute());
        assertEquals("4", one("SELECT n FROM thing WHERE id = 4"));
    }

    @Test
    void who_is_told_that_the_outcome_is_not_known_is_noted() throws SQLException {
        sql("CREATE TABLE ending (id int8);"
                + "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$"
                + " BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
                + "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON ending DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION ends();");
        List<String> unknown = new CopyOnWriteArrayList<>();
        Connections all = Connections.of(() -> pool);
        Connections noting = new Connections() {
            @Override
            public Future<SqlConnection> reading(Call call) {
                return all.reading(call);
            }

            @Override
            public Future<SqlConnection> writing() {
                return all.writing();
            }

            @Override
            public void giveBack(SqlConnection connection) {
                all.giveBack(connection);
            }

            @Override
            public void mayHaveCommitted(Call call) {
                unknown.add(call.uri());
            }
        };
        PostgresOrigin origin = new PostgresOrigin(
                VERTX,
                noting,
                spec(new Returns.None(), Duration.ofSeconds(5), "INSERT INTO ending VALUES (:id)"),
                null,
                OriginObserver.NONE);
        assertEquals(
                Reason.UNKNOWN,
                assertInstanceOf(Answer.Failed.class, ask(origin, "/?id=1")).reason());
        assertEquals(List.of("/?id=1"), unknown);
    }

    @Test
    void a_value_that_postgres_has_no_room_for_is_the_callers_to_change() {
        PostgresOrigin named = writing(
                new Returns.Row(),
                "UPDATE thing SET name = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, :n::int) i) WHERE id = 5 RETURNING id");
        Answer.BadRequest large = assertInstanceOf(Answer.BadRequest.class, ask(named, "/?n=3000"));
        assertEquals("n", large.parameter());
        assertFalse(large.detail().contains("btree") || large.detail().contains("thing"), large::detail);
    }

    @Test
    void bodies_have_room_together_and_who_finds_none_is_told_to_come_again() throws Exception {
        BodyRoom room = new BodyRoom(1_000);
        PostgresOrigin origin = new PostgresOrigin(
                VERTX,
                Connections.of(() -> pool),
                spec(new Returns.Value(), Duration.ofSeconds(5), "SELECT length(:body.text::text)"),
                null,
                OriginObserver.NONE,
                room);
        HttpServer http = get(VERTX.createHttpServer()
                .requestHandler(request -> {
                    request.pause();
                    Call call = new Call(
                            request.method(),
                            request.uri(),
                            request.headers(),
                            Map.of(),
                            new Call.Peer("127.0.0.1", false, "http", "g"),
                            request);
                    origin.ask(call)
                            .subscribe()
                            .with(answer -> request.response()
                                    .end(
                                            answer instanceof Answer.Wrote wrote
                                                    ? wrote.answer().body().toString()
                                                    : answer instanceof Answer.Failed failed
                                                            ? failed.reason().name()
                                                            : answer.toString()));
                })
                .listen(0, "127.0.0.1"));
        HttpClient client = VERTX.createHttpClient();
        try {
            HttpClientRequest first = request(client, http);
            get(first.write("{\"text\":\"" + "x".repeat(700)));
            await().atMost(Duration.ofSeconds(10)).until(() -> room.held() > 700);
            assertEquals("OVERLOADED", sent(request(client, http), "{\"text\":\"" + "y".repeat(700) + "\"}"));
            assertEquals("7", sent(request(client, http), "{\"text\":\"" + "z".repeat(7) + "\"}"));
            assertEquals("700", sent(first, "\"}"));
            await().atMost(Duration.ofSeconds(10)).until(() -> room.held() == 0);
            assertEquals("1000", sent(request(client, http), "{\"text\":\"" + "x".repeat(1_000) + "\"}"), "alone");
            HttpClientRequest gone = request(client, http);
            get(gone.write("{\"text\":\""));
            await().atMost(Duration.ofSeconds(10)).until(() -> room.held() > 0);
            gone.connection().close();
            await().atMost(Duration.ofSeconds(10)).until(() -> room.held() == 0);
        } finally {
            get(client.close());
            get(http.close());
        }
    }

    private static HttpClientRequest request(HttpClient client, HttpServer http) throws Exception {
        HttpClientRequest request = get(client.request(HttpMethod.PUT, http.actualPort(), "127.0.0.1", "/"));
        request.putHeader("Content-Type", "application/json");
        return request.setChunked(true);
    }

    private static String sent(HttpClientRequest request, String body) throws Exception {
        // Asked for before it can come: what comes before anybody reads it is lost.
        Future<Buffer> answered = request.response().compose(HttpClientResponse::body);
        get(request.end(body));
        return get(answered).toString();
    }

    @Test
    void a_row_that_another_holds_is_a_conflict() throws SQLException {
        PostgresOrigin held = writing(new Returns.Row(), "SELECT id FROM thing WHERE id = :id FOR UPDATE NOWAIT");
        try (Connection connection = database.server.dataSource().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1 FROM thing WHERE id = 6 FOR UPDATE");
            assertEquals(
                    409,
                    assertInstanceOf(Answer.Refused.class, ask(held, "/?id=6")).status());
            connection.rollback();
        }
        assertInstanceOf(Answer.Wrote.class, ask(held, "/?id=6"));
    }
}
