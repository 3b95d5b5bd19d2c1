package io.sluice.origin.postgres;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import io.sluice.demo.Ports;
import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.sluice.origin.Call;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresOriginTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedPostgres server;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        server = new EmbeddedPostgres(work);
        pool = pool(server.port(), 4);
        sql(
                "CREATE TYPE mood AS ENUM ('glad', 'sad')",
                "CREATE DOMAIN positive AS int8 CHECK (VALUE > 0)",
                "CREATE TABLE item (id int8 PRIMARY KEY, name text, price numeric(10,2), mood mood, tags text[], seen timestamptz,"
                        + " code bpchar(3), blob bytea, p positive)",
                "INSERT INTO item VALUES (1, 'a \"b\" é', 1.50, 'glad', '{x,y}', '2024-01-01 12:00+02', 'abc', '\\x00ff', 5),"
                        + " (2, null, 2, 'sad', '{}', null, 'x', null, 7)");
    }

    @AfterAll
    static void stop() throws Exception {
        get(pool.close());
        get(VERTX.close());
        server.close();
    }

    private static Pool pool(int port, int size) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
        return PgBuilder.pool()
                .using(VERTX)
                .connectingTo(PostgresSessions.pin(options, Duration.ofSeconds(60)))
                .with(new PoolOptions().setMaxSize(size))
                .build();
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private static <T> T get(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static PostgresOrigin origin(String sql) {
        return origin(sql, pool, Duration.ofSeconds(5));
    }

    private static PostgresOrigin origin(String sql, Pool pool, Duration timeout) {
        return new PostgresOrigin(VERTX, () -> pool, PostgresSpec.read("r", sql, new Returns.Row(), timeout));
    }

    private static PostgresOrigin origin(Returns returns, String sql) {
        return new PostgresOrigin(VERTX, () -> pool, PostgresSpec.read("r", sql, returns, Duration.ofSeconds(5)));
    }

    private static CompletableFuture<Answer> asking(PostgresOrigin origin, String uri, Map<String, String> path) {
        Call call = new Call(
                HttpMethod.GET, uri, HttpHeaders.headers(), path, new Call.Peer("127.0.0.1", false, "http", "g"), null);
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        VERTX.runOnContext(here -> origin.ask(call).subscribe().with(answer::complete, answer::completeExceptionally));
        return answer;
    }

    @Test
    void a_read_that_writes_is_refused_by_postgres() throws SQLException {
        sql("CREATE SEQUENCE counted", "CREATE TABLE log (n int8)");
        sql("CREATE FUNCTION logged(n int8) RETURNS int8 LANGUAGE sql AS 'INSERT INTO log VALUES (n) RETURNING n'");
        assertEquals(
                Reason.DOWN,
                assertInstanceOf(Answer.Failed.class, ask(origin("SELECT nextval('counted') AS n"), "/r"))
                        .reason());
        assertEquals(
                Reason.DOWN,
                assertInstanceOf(Answer.Failed.class, ask(origin("SELECT logged(:n) AS n"), "/r?n=1"))
                        .reason());
        assertEquals(
                "{\"n\":0}",
                assertInstanceOf(Answer.Whole.class, ask(origin("SELECT count(*) AS n FROM log"), "/r"))
                        .body()
                        .toString());
    }

    private static Answer ask(PostgresOrigin origin, String uri) {
        return asking(origin, uri, Map.of()).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static String row(PostgresOrigin origin, String uri) {
        Answer.Whole whole = assertInstanceOf(Answer.Whole.class, ask(origin, uri));
        assertEquals(200, whole.status());
        assertEquals("application/json", whole.headers().get("Content-Type"));
        return whole.body().toString();
    }

    private static Reason reason(Answer answer) {
        return assertInstanceOf(Answer.Failed.class, answer).reason();
    }

    @Test
    void a_row_is_the_json_that_postgres_makes() {
        PostgresOrigin origin = origin("SELECT * FROM item WHERE id = :id; -- the one");
        assertEquals(
                "{\"id\":1,\"name\":\"a \\\"b\\\" é\",\"price\":1.50,\"mood\":\"glad\",\"tags\":[\"x\",\"y\"],"
                        + "\"seen\":\"2024-01-01T10:00:00+00:00\",\"code\":\"abc\",\"blob\":\"\\\\x00ff\",\"p\":5}",
                row(origin, "/x?id=1"));
    }

    @Test
    void no_row_is_an_empty_404() {
        Answer.Whole none =
                assertInstanceOf(Answer.Whole.class, ask(origin("SELECT * FROM item WHERE id = :id"), "/?id=99"));
        assertEquals(404, none.status());
        assertEquals(0, none.body().length());
    }

    @Test
    void rows_are_an_array_in_the_order_of_the_statement() {
        PostgresOrigin origin = origin(
                new Returns.Rows(1000, 1 << 20),
                "SELECT id, name FROM item WHERE id >= :least ORDER BY id DESC -- all");
        assertEquals(
                "[{\"id\":2,\"name\":null}, {\"id\":1,\"name\":\"a \\\"b\\\" é\"}]",
                row(origin, "/?least=1").replaceAll("\\s+\\{", " {"));
        assertEquals("[]", row(origin, "/?least=3"), "none is an empty list");
    }

    @Test
    void a_list_that_is_not_whole_says_so() {
        PostgresOrigin origin =
                origin(new Returns.Rows(3, 1 << 20), "SELECT n FROM generate_series(1, :most::int) n ORDER BY n DESC");
        for (int most : new int[] {2, 3, 4, 100_000}) {
            Answer.Whole whole = assertInstanceOf(Answer.Whole.class, ask(origin, "/?most=" + most));
            assertEquals(most > 3 ? "?1" : null, whole.headers().get("Sluice-Truncated"));
            assertEquals(Math.min(3, most), whole.body().toString().split("\"n\"").length - 1);
            assertTrue(whole.body().toString().startsWith("[{\"n\":" + most + "}"), "the first ones");
        }
    }

    @Test
    void a_value_that_postgres_refuses_is_named_only_where_it_says_which() {
        PostgresOrigin origin = origin("SELECT :d::date AS d, :i::inet AS i, 1 / :n::int AS n");
        Answer.BadRequest quoted = assertInstanceOf(Answer.BadRequest.class, ask(origin, "/?d=2024-01-01&i=abc&n=1"));
        assertEquals(new Answer.BadRequest("i", "expected an inet, got 'abc'"), quoted);
        Answer.BadRequest divided = assertInstanceOf(Answer.BadRequest.class, ask(origin, "/?d=2024-01-01&i=::1&n=0"));
        assertEquals(
                new Answer.BadRequest("d, i, n", "the database cannot compute an answer for these values"), divided);
    }

    @Test
    void a_list_of_what_was_written_is_cut_off_too() {
        PostgresOrigin origin = new PostgresOrigin(
                VERTX,
                () -> pool,
                new PostgresSpec(
                        "w",
                        List.of("SELECT n FROM generate_series(1, :most::int) n ORDER BY n DESC"),
                        new Returns.Rows(3, 1 << 20),
                        List.of(),
                        Access.OWN,
                        Guards.LENIENT,
                        new Writing(null, 0, false, 1024, false),
                        Duration.ofSeconds(5)));
        for (int most : new int[] {2, 3, 4, 100}) {
            Answer.Whole whole = assertInstanceOf(Answer.Wrote.class, ask(origin, "/?most=" + most))
                    .answer();
            assertEquals(most > 3 ? "?1" : null, whole.headers().get("Sluice-Truncated"));
            assertEquals(Math.min(3, most), whole.body().toString().split("\"n\"").length - 1);
            assertTrue(whole.body().toString().startsWith("[{\"n\":" + most + "}"), "the first ones");
        }
    }

    @Test
    void a_value_is_what_the_one_column_holds() {
        assertEquals("2", row(origin(new Returns.Value(), "SELECT count(*) FROM item"), "/"));
        assertEquals("\"glad\"", row(origin(new Returns.Value(), "SELECT mood FROM item ORDER BY id"), "/"));
        assertEquals("null", row(origin(new Returns.Value(), "SELECT name FROM item WHERE id = 2"), "/"));
        assertEquals(
                "{\"a\": [1]}",
                row(origin(new Returns.Value(), "SELECT '{\"a\": [1]}'::jsonb -- a column of JSON"), "/"));
        Answer.Whole none = assertInstanceOf(
                Answer.Whole.class, ask(origin(new Returns.Value(), "SELECT id FROM item WHERE id = :id"), "/?id=99"));
        assertEquals(404, none.status());
    }

    @Test
    void a_value_of_several_columns_is_refused_when_it_is_prepared() {
        assertEquals(
                "'returns: value' takes a statement with one column",
                assertInstanceOf(
                                Prepared.Refused.class,
                                origin(new Returns.Value(), "SELECT id, name FROM item")
                                        .prepare()
                                        .await()
                                        .atMost(Duration.ofSeconds(10)))
                        .message());
    }

    @Test
    void the_path_comes_before_the_query_and_values_are_decoded() {
        PostgresOrigin origin = origin("SELECT :a::text AS a, :b::text AS b");
        Answer answer =
                asking(origin, "/?a=query&b=x+%26%C3%A9", Map.of("a", "path")).join();
        assertEquals(
                "{\"a\":\"path\",\"b\":\"x &é\"}",
                ((Answer.Whole) answer).body().toString());
    }

    @Test
    void every_type_is_learnt_and_bound_as_itself() {
        PostgresOrigin origin = origin(
                "SELECT id FROM item WHERE mood = :mood AND price <= :price AND seen > :seen AND tags = :tags AND code = :code AND p = :p");
        assertEquals(
                "{\"id\":1}",
                row(origin, "/?mood=glad&price=1.5&seen=2023-12-31T00:00:00Z&tags=%7Bx,y%7D&code=abc&p=5"));
        assertEquals(
                new Prepared.Ready(
                        List.of("mood", "price", "seen", "tags", "code", "p"),
                        List.of("mood", "numeric", "timestamp with time zone", "text[]", "character", "bigint"),
                        List.of(new Column("id", "bigint")),
                        List.of()),
                origin.prepare().await().atMost(Duration.ofSeconds(10)));
    }

    @Test
    void a_value_that_is_not_of_its_type_is_a_bad_request_that_names_it() {
        PostgresOrigin origin =
                origin("SELECT id FROM item WHERE id = :id AND mood = :mood AND tags = :tags AND p = :p::positive");
        String rest = "&mood=glad&tags=%7B%7D&p=1";
        assertEquals(new Answer.BadRequest("id", "expected a bigint, got 'abc'"), ask(origin, "/?id=abc" + rest));
        assertEquals(
                new Answer.BadRequest("id", "expected a bigint, got '9223372036854775808'"),
                ask(origin, "/?id=9223372036854775808" + rest));
        assertEquals(
                new Answer.BadRequest("mood", "expected a mood, got 'grim'"),
                ask(origin, "/?id=1&mood=grim&tags=%7B%7D&p=1"));
        assertEquals(
                new Answer.BadRequest("tags", "expected a text[], got '{x'"),
                ask(origin, "/?id=1&mood=sad&tags=%7Bx&p=1"));
        assertEquals(
                "id",
                assertInstanceOf(Answer.BadRequest.class, ask(origin, "/?mood=sad"))
                        .parameter());
        assertEquals(new Answer.BadRequest("id", "is required"), ask(origin, "/x?mood=sad"));
        assertEquals(new Answer.BadRequest("id", "is given more than once"), ask(origin, "/?id=1&id=2" + rest));
        assertInstanceOf(Answer.BadRequest.class, ask(origin, "/?id=%zz"));
        assertInstanceOf(Answer.BadRequest.class, ask(origin("SELECT :t::text"), "/?t=a%00b"));
    }

    @Test
    void a_value_that_only_postgres_can_refuse_is_a_bad_request_without_its_words() {
        Answer.BadRequest refused =
                assertInstanceOf(Answer.BadRequest.class, ask(origin("SELECT 1 / :n::int AS x"), "/?n=0"));
        assertEquals("n", refused.parameter());
        assertFalse(refused.detail().contains("division") || refused.detail().contains("SELECT"));
    }

    @Test
    void what_a_domain_does_not_allow_is_a_bad_request() {
        assertEquals(
                new Answer.BadRequest("p", "the database cannot compute an answer for this value"),
                ask(origin("SELECT :p::positive AS p"), "/?p=-3"));
    }

    @Test
    void a_value_of_no_type_that_a_text_could_be_of_is_refused_when_it_is_prepared() {
        assertEquals(
                "the type of row is record, which no value can be told to be",
                assertInstanceOf(
                                Prepared.Refused.class,
                                origin("SELECT id FROM item WHERE item = :row")
                                        .prepare()
                                        .await()
                                        .atMost(Duration.ofSeconds(10)))
                        .message());
    }

    @Test
    void values_that_mean_another_one_tomorrow_are_refused_inside_of_arrays_and_ranges_too() {
        PostgresOrigin origin = origin(
                "SELECT '2024-01-02'::date = ANY(:days::date[]) AS a, :span::daterange @> '2024-01-02'::date AS s");
        String good = "/?days=%7B2024-01-02,infinity%7D&span=%5B2024-01-01,%5D";
        assertEquals("{\"a\":true,\"s\":true}", row(origin, good));
        for (String word : List.of("today", "NOW", "tomorrow", "Yesterday")) {
            assertEquals(
                    "days",
                    assertInstanceOf(
                                    Answer.BadRequest.class,
                                    ask(origin, good.replace("infinity", "%22" + word + "%22")))
                            .parameter());
            assertEquals(
                    "span",
                    assertInstanceOf(Answer.BadRequest.class, ask(origin, good.replace("2024-01-01", word)))
                            .parameter());
        }
    }

    @Test
    void an_index_is_used_for_a_typed_parameter() throws Exception {
        sql(
                "CREATE TABLE big AS SELECT generate_series(1, 50000)::int8 AS id",
                "ALTER TABLE big ADD PRIMARY KEY (id)",
                "ANALYZE big");
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET plan_cache_mode = force_generic_plan");
            statement.execute("PREPARE q(text) AS SELECT * FROM big WHERE id = ($1::text::pg_catalog.int8)");
            var plan = statement.executeQuery("EXPLAIN EXECUTE q('7')");
            assertTrue(plan.next());
            assertTrue(plan.getString(1).contains("Index"), plan.getString(1));
        }
    }

    @Test
    void a_statement_that_postgres_refuses_is_said_with_its_place() {
        Prepared.Refused refused = assertInstanceOf(
                Prepared.Refused.class,
                origin("SELECT id FROM item WHERE nme = :name AND id = :id")
                        .prepare()
                        .await()
                        .atMost(Duration.ofSeconds(10)));
        assertEquals("column \"nme\" does not exist", refused.message());
        assertEquals("SELECT id FROM item WHERE ".length(), refused.position());
        Prepared.Refused untyped = assertInstanceOf(
                Prepared.Refused.class,
                origin("SELECT :a IS NULL").prepare().await().atMost(Duration.ofSeconds(10)));
        assertTrue(untyped.message().contains(":a"), untyped.message());
        assertEquals(Reason.DOWN, reason(ask(origin("SELECT nothing"), "/")));
    }

    @Test
    void a_statement_that_takes_too_long_times_out_and_its_connection_is_not_lost() throws Exception {
        Pool single = pool(server.port(), 1);
        PostgresOrigin slow = origin("SELECT pg_sleep(20), :n::int AS n", single, Duration.ofMillis(300));
        PostgresOrigin quick = origin("SELECT pg_backend_pid() AS pid", single, Duration.ofSeconds(5));
        String before = row(quick, "/");
        assertEquals(Reason.TIMEOUT, reason(ask(slow, "/?n=1")));
        assertEquals(before, row(quick, "/"));
        get(single.close());
    }

    @Test
    void who_waits_too_long_for_a_connection_is_told_so() throws Exception {
        Pool single = pool(server.port(), 1);
        PostgresOrigin holding = origin("SELECT pg_sleep(1)::text", single, Duration.ofSeconds(10));
        PostgresOrigin waiting = origin("SELECT 1 AS one", single, Duration.ofMillis(200));
        assertEquals("{\"one\":1}", row(waiting, "/"));
        CompletableFuture<Answer> held = asking(holding, "/", Map.of());
        List<CompletableFuture<Answer>> waiters = new ArrayList<>();
        org.awaitility.Awaitility.await().until(() -> activeSleeps() == 1);
        for (int i = 0; i < 5; i++) {
            waiters.add(asking(waiting, "/", Map.of()));
        }
        for (CompletableFuture<Answer> waiter : waiters) {
            assertEquals(Reason.OVERLOADED, reason(waiter.join()));
        }
        assertInstanceOf(Answer.Whole.class, held.join());
        assertEquals("{\"one\":1}", row(waiting, "/"));
        get(single.close());
    }

    private static int activeSleeps() throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(1)%' AND pid <> pg_backend_pid()")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    @Test
    void prepared_statements_survive_a_change_of_the_schema() throws Exception {
        sql("CREATE TABLE moving (id int4, v int4)", "INSERT INTO moving VALUES (1, 2)");
        PostgresOrigin origin = origin("SELECT * FROM moving WHERE id = :id");
        assertEquals("{\"id\":1,\"v\":2}", row(origin, "/?id=1"));
        sql("ALTER TABLE moving ALTER v TYPE text, ADD w int DEFAULT 3");
        assertEquals("{\"id\":1,\"v\":\"2\",\"w\":3}", row(origin, "/?id=1"));
        sql("ALTER TABLE moving ALTER id TYPE text");
        assertEquals("{\"id\":\"1\",\"v\":\"2\",\"w\":3}", row(origin, "/?id=1"));
        sql("DROP TABLE moving");
        assertEquals(Reason.DOWN, reason(ask(origin, "/?id=1")));
        sql("CREATE TABLE moving (id int4)", "INSERT INTO moving VALUES (1)");
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertEquals("{\"id\":1}", row(origin, "/?id=1")));
    }

    @Test
    void a_value_is_judged_by_the_type_that_its_column_has_by_now() throws Exception {
        sql("CREATE TABLE widening (id int4)", "INSERT INTO widening VALUES (1)");
        PostgresOrigin origin = origin("SELECT id FROM widening WHERE id = :id");
        assertEquals("{\"id\":1}", row(origin, "/?id=1"));
        sql("ALTER TABLE widening ALTER id TYPE int8", "INSERT INTO widening VALUES (3000000000)");
        await().pollDelay(Duration.ofMillis(1100))
                .untilAsserted(() -> assertEquals("{\"id\":3000000000}", row(origin, "/?id=3000000000")));
    }

    @Test
    void a_route_that_does_not_fit_says_why_once_and_comes_back_without_a_request() throws Exception {
        sql("CREATE TABLE fitting (id int4)");
        List<String> told = new CopyOnWriteArrayList<>();
        OriginObserver observer = new OriginObserver() {
            @Override
            public void breaker(String route, boolean open) {}

            @Override
            public void misfit(String route, @Nullable String why) {
                told.add(route + ": " + why);
            }
        };
        PostgresOrigin origin = new PostgresOrigin(
                VERTX,
                Connections.of(() -> pool),
                PostgresSpec.read("r", "SELECT id FROM fitting", new Returns.Row(), Duration.ofSeconds(5)),
                null,
                observer);
        assertInstanceOf(Answer.Whole.class, ask(origin, "/"));
        sql("ALTER TABLE fitting RENAME id TO other");
        assertEquals(Reason.DOWN, reason(ask(origin, "/")));
        assertEquals("r: column \"id\" does not exist", told.get(0));
        sql("ALTER TABLE fitting RENAME other TO id");
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertEquals("r: null", told.get(told.size() - 1)));
        assertInstanceOf(Answer.Whole.class, ask(origin, "/"));
        origin.close();
    }

    @Test
    void statements_that_wait_for_a_lock_keep_no_connection_past_their_time() throws Exception {
        sql("CREATE TABLE locked (id int4)");
        Pool two = pool(server.port(), 2);
        PostgresOrigin origin = origin("SELECT id FROM locked", two, Duration.ofMillis(300));
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE locked");
            for (int i = 0; i < 6; i++) {
                assertInstanceOf(Answer.Failed.class, ask(origin, "/"));
            }
            PostgresOrigin other = origin("SELECT 1 AS one", two, Duration.ofSeconds(5));
            assertEquals("{\"one\":1}", row(other, "/"));
            connection.rollback();
        }
        await().untilAsserted(() -> assertInstanceOf(Answer.Whole.class, ask(origin, "/")));
        get(two.close());
    }

    @Test
    void a_statement_the_server_forgot_is_prepared_again() throws Exception {
        Pool single = pool(server.port(), 1);
        PostgresOrigin origin = origin("SELECT :a::int + 1 AS b", single, Duration.ofSeconds(5));
        assertEquals("{\"b\":2}", row(origin, "/?a=1"));
        get(single.query("DEALLOCATE ALL").execute());
        assertEquals("{\"b\":3}", row(origin, "/?a=2"));
        get(single.close());
    }

    @Test
    void a_connection_that_the_server_ended_costs_no_answer() throws Exception {
        PostgresOrigin origin = origin("SELECT 1 AS one");
        assertEquals("{\"one\":1}", row(origin, "/"));
        sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
        for (int i = 0; i < 8; i++) {
            assertEquals("{\"one\":1}", row(origin, "/"));
        }
    }

    @Test
    void postgres_down_is_said_at_once_and_its_return_is_noticed() throws Exception {
        int port = Ports.free();
        Pool nobody = pool(port, 2);
        Pool[] current = {nobody};
        PostgresOrigin origin = new PostgresOrigin(
                VERTX,
                () -> current[0],
                PostgresSpec.read("r", "SELECT 1 AS one", new Returns.Row(), Duration.ofSeconds(5)));
        assertInstanceOf(Prepared.Unreachable.class, origin.prepare().await().atMost(Duration.ofSeconds(10)));
        for (int i = 0; i < 7; i++) {
            assertEquals(Reason.DOWN, reason(ask(origin, "/")));
        }
        current[0] = pool;
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> ask(origin, "/") instanceof Answer.Whole whole && whole.status() == 200);
        get(nobody.close());
    }

    @Test
    void sessions_are_pinned() {
        assertEquals(
                "{\"a\":\"UTC\",\"b\":\"ISO, MDY\",\"c\":\"1min\"}",
                row(
                        origin(
                                "SELECT current_setting('TimeZone') a, current_setting('DateStyle') b, current_setting('statement_timeout') c"),
                        "/"));
    }
}
