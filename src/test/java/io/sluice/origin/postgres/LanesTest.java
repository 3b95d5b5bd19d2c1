package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.sluice.origin.Call;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On one event loop, which may have three quarters of eight connections for itself. */
class LanesTest {
    private static final int SIZE = 8;
    /** Quick where it sleeps for no time. */
    private static final String SLEEP = "SELECT CASE WHEN :s::float8 > 0 THEN pg_sleep(:s)::text ELSE 'none' END";

    private static final Vertx VERTX = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private static final Context LOOP = VERTX.getOrCreateContext();
    private static EmbeddedPostgres server;

    private Pool pool;
    private Connections connections;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        server = new EmbeddedPostgres(work);
        sql(
                "CREATE FUNCTION forget() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN 1; END $$",
                "CREATE TABLE item AS SELECT n AS id, n * 2 AS twice FROM generate_series(1, 1000) n");
    }

    @AfterAll
    static void stop() throws Exception {
        get(VERTX.close());
        server.close();
    }

    @BeforeEach
    void open() {
        use(new PoolOptions(), 256, server.port());
    }

    private void use(PoolOptions options, int statements) {
        use(options, statements, server.port());
    }

    private void use(PoolOptions options, int statements, int port) {
        PgConnectOptions to = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres")
                .setPreparedStatementCacheMaxSize(statements)
                .addProperty("application_name", "lanes");
        Pool made = PgBuilder.pool()
                .using(VERTX)
                .connectingTo(PostgresSessions.pin(to, Duration.ofSeconds(60)))
                .with(options.setMaxSize(SIZE))
                .build();
        pool = made;
        connections = Connections.of(VERTX, () -> made, () -> SIZE);
    }

    @AfterEach
    void close() throws Exception {
        get(pool.close());
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private static int number(String sql) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private PostgresOrigin origin(String sql, Duration timeout) {
        return new PostgresOrigin(
                VERTX,
                connections,
                PostgresSpec.read("r", sql, new Returns.Value(), timeout),
                null,
                OriginObserver.NONE);
    }

    private PostgresOrigin origin(String sql) {
        return origin(sql, Duration.ofSeconds(10));
    }

    /** Seen often enough to be known as quick, and with a lane there. */
    private PostgresOrigin quick(PostgresOrigin origin, String uri) {
        for (int i = 0; i < 40; i++) {
            value(one(origin, uri));
        }
        return origin;
    }

    private PostgresOrigin pids() {
        return quick(origin("SELECT pg_backend_pid()"), "/");
    }

    private PostgresOrigin sleeper(Duration timeout) {
        return quick(origin(SLEEP, timeout), "/?s=0");
    }

    /** All sent in one turn of the event loop. */
    private static List<CompletableFuture<Answer>> together(PostgresOrigin origin, List<String> uris) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>(
                uris.stream().map(uri -> new CompletableFuture<Answer>()).toList());
        LOOP.runOnContext(here -> {
            for (int i = 0; i < uris.size(); i++) {
                CompletableFuture<Answer> answer = answers.get(i);
                origin.ask(call(uris.get(i))).subscribe().with(answer::complete, answer::completeExceptionally);
            }
        });
        return answers;
    }

    private static List<CompletableFuture<Answer>> together(PostgresOrigin origin, String uri, int times) {
        return together(origin, IntStream.range(0, times).mapToObj(i -> uri).toList());
    }

    private static CompletableFuture<Answer> one(PostgresOrigin origin, String uri) {
        return together(origin, List.of(uri)).get(0);
    }

    private static Call call(String uri) {
        return new Call(
                HttpMethod.GET,
                uri,
                HttpHeaders.headers(),
                Map.of(),
                new Call.Peer("127.0.0.1", false, "http", "g"),
                null);
    }

    private static Answer answer(CompletableFuture<Answer> answer) {
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static String value(CompletableFuture<Answer> answer) {
        Answer got = answer(answer);
        Answer.Whole whole = assertInstanceOf(Answer.Whole.class, got, got::toString);
        assertEquals(200, whole.status());
        return whole.body().toString();
    }

    private static Set<String> values(List<CompletableFuture<Answer>> answers) {
        Set<String> values = new HashSet<>();
        answers.forEach(one -> values.add(value(one)));
        return values;
    }

    private static Reason reason(CompletableFuture<Answer> answer) {
        return assertInstanceOf(Answer.Failed.class, answer(answer)).reason();
    }

    private static int sleeping() throws SQLException {
        return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    }

    @Test
    void statements_of_one_turn_share_a_connection() {
        PostgresOrigin pids = pids();
        assertEquals(1, values(together(pids, "/", 3)).size());
    }

    @Test
    void a_route_that_was_not_seen_to_be_quick_stays_away() {
        PostgresOrigin unknown = origin("SELECT pg_backend_pid()");
        pids();
        assertEquals("1", value(one(origin("SELECT 1"), "/")));
        assertTrue(values(together(unknown, "/", 3)).size() > 1);
    }

    @Test
    void the_pools_bound_holds_for_both_together_and_some_are_left_for_others() throws Exception {
        PostgresOrigin pids = pids();
        List<CompletableFuture<Answer>> many = together(pids, "/", 250);
        values(many);
        CompletableFuture<SqlConnection> first = new CompletableFuture<>();
        List<CompletableFuture<Answer>> more = together(pids, "/", 250);
        connections.writing().onSuccess(first::complete).onFailure(first::completeExceptionally);
        SqlConnection other = first.get(10, TimeUnit.SECONDS);
        Set<String> all = values(more);
        assertTrue(all.size() <= SIZE && all.size() > 2, all.toString());
        assertTrue(number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lanes'") <= SIZE);
        get(other.close());
    }

    @Test
    void lanes_that_nobody_needs_go_back_to_the_pool() throws Exception {
        PostgresOrigin pids = pids();
        values(together(pids, "/", 200));
        List<Future<SqlConnection>> all = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            all.add(connections.writing());
        }
        for (Future<SqlConnection> one : all) {
            get(one);
        }
        for (Future<SqlConnection> one : all) {
            get(one.result().close());
        }
        assertEquals(1, values(together(quick(pids, "/"), "/", 3)).size());
    }

    @Test
    void who_stands_behind_a_statement_that_turns_slow_does_not_wait_for_it() throws Exception {
        PostgresOrigin sleeper = sleeper(Duration.ofSeconds(10));
        List<CompletableFuture<Answer>> mixed = together(sleeper, List.of("/?s=3", "/?s=0", "/?s=0", "/?s=0"));
        long begun = System.nanoTime();
        for (CompletableFuture<Answer> quick : mixed.subList(1, 4)) {
            assertEquals("\"none\"", value(quick));
        }
        assertTrue(System.nanoTime() - begun < 1_500_000_000L);
        assertTrue(!mixed.get(0).isDone());
        assertEquals("\"\"", value(mixed.get(0)));
    }

    @Test
    void a_slow_route_does_not_ruin_a_quick_one() throws Exception {
        PostgresOrigin sleeper = sleeper(Duration.ofSeconds(10));
        PostgresOrigin item = quick(origin("SELECT twice FROM item WHERE id = :id"), "/?id=1");
        List<CompletableFuture<Answer>> slow = new ArrayList<>();
        List<Long> took = new ArrayList<>();
        for (int i = 1; i <= 500; i++) {
            if (i % 20 == 0) {
                slow.add(one(sleeper, "/?s=0.3"));
            }
            long begun = System.nanoTime();
            assertEquals(Integer.toString(2 * i), value(one(item, "/?id=" + i)));
            took.add(System.nanoTime() - begun);
        }
        took.sort(null);
        assertTrue(took.get(took.size() * 99 / 100) < 100_000_000, took.toString());
        slow.forEach(LanesTest::value);
    }

    @Test
    void a_statement_that_is_late_is_cancelled_and_nobody_else_suffers() throws Exception {
        PostgresOrigin pids = pids();
        PostgresOrigin sleeper = sleeper(Duration.ofMillis(400));
        Set<String> before = values(together(pids, "/", 3));
        List<CompletableFuture<Answer>> mixed = together(sleeper, List.of("/?s=20", "/?s=0", "/?s=0"));
        List<CompletableFuture<Answer>> behind = together(pids, "/", 2);
        long begun = System.nanoTime();
        assertEquals(Reason.TIMEOUT, reason(mixed.get(0)));
        long took = System.nanoTime() - begun;
        assertTrue(took > 200_000_000 && took < 1_500_000_000, Long.toString(took));
        values(mixed.subList(1, 3));
        values(behind);
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> sleeping() == 0);
        // That the cancellation has hit it is known, so the connection is kept.
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> values(together(pids, "/", 3)).equals(before));
    }

    @Test
    void a_cancellation_that_comes_about_when_its_statement_ends_hits_no_other() {
        PostgresOrigin sleeper = origin(SLEEP, Duration.ofMillis(120));
        Awaitility.await()
                .until(() -> sleeper.prepare().await().atMost(Duration.ofSeconds(10)) instanceof Prepared.Ready);
        PostgresOrigin item = quick(origin("SELECT twice FROM item WHERE id = :id"), "/?id=1");
        int late = 0;
        for (int i = 0; i < 40; i++) {
            // Where the machine is busy some of these are late, too.
            together(sleeper, "/?s=0", 10).forEach(LanesTest::answer);
            List<CompletableFuture<Answer>> slow = together(sleeper, "/?s=0." + (110 + i % 15), 1);
            List<CompletableFuture<Answer>> others = new ArrayList<>();
            while (!slow.get(0).isDone()) {
                others.addAll(together(item, "/?id=7", 3));
                assertEquals("14", value(others.get(others.size() - 1)));
            }
            others.addAll(together(item, "/?id=7", 3));
            assertEquals(Set.of("14"), values(others));
            late += answer(slow.get(0)) instanceof Answer.Failed ? 1 : 0;
        }
        assertTrue(late > 0, "some were cancelled");
    }

    @Test
    void a_connection_that_the_server_ended_costs_no_answer() throws Exception {
        PostgresOrigin item = quick(origin("SELECT twice FROM item WHERE id = :id"), "/?id=1");
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<Answer>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                all.addAll(together(item, "/?id=21", 5));
            }
            sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lanes'");
            all.addAll(together(item, "/?id=21", 20));
            assertEquals(Set.of("42"), values(all));
            quick(item, "/?id=21");
        }
        assertEquals(1, values(together(pids(), "/", 3)).size(), "there are lanes again");
    }

    /** A server or a way to it that is gone without a word. */
    @Test
    void who_stands_behind_a_connection_that_went_silent_is_answered_and_its_place_is_free_again() throws Exception {
        get(pool.close());
        Set<Integer> mute = ConcurrentHashMap.newKeySet();
        use(new PoolOptions(), 256, leading(mute));
        PostgresOrigin pids = quick(origin("SELECT pg_backend_pid()", Duration.ofMillis(700)), "/");
        int silent = Integer.parseInt(value(one(pids, "/")));
        mute.add(number("SELECT client_port FROM pg_stat_activity WHERE pid = " + silent));
        List<CompletableFuture<Answer>> all = together(pids, "/", 3);
        assertFalse(values(all.subList(1, 3)).contains(Integer.toString(silent)));
        assertEquals(Reason.TIMEOUT, reason(all.get(0)));
        List<SqlConnection> every = new ArrayList<>();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            every.add(get(connections.writing()));
            return every.size() == SIZE;
        });
        for (SqlConnection one : every) {
            assertEquals(1, get(one.query("SELECT 1").execute()).size());
            connections.giveBack(one);
        }
    }

    /** Leads to the database; what is said by sessions of these ports is heard by nobody, and they hear nothing. */
    private static int leading(Set<Integer> mute) throws Exception {
        NetClient client = VERTX.createNetClient();
        return get(VERTX.createNetServer()
                        .connectHandler(in -> {
                            in.pause();
                            client.connect(server.port(), "127.0.0.1").onSuccess(out -> {
                                int port = out.localAddress().port();
                                in.handler(said -> pass(said, out, mute.contains(port)));
                                out.handler(said -> pass(said, in, mute.contains(port)));
                                in.closeHandler(closed -> out.close());
                                out.closeHandler(closed -> in.close());
                                in.resume();
                            });
                        })
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    private static void pass(Buffer said, NetSocket to, boolean mute) {
        if (!mute) {
            to.write(said);
        }
    }

    @Test
    void a_changed_schema_fails_nobody() throws Exception {
        sql("CREATE TABLE moving AS SELECT n AS id, n AS v FROM generate_series(1, 10) n");
        PostgresOrigin moving = quick(origin("SELECT v FROM moving WHERE id = :id"), "/?id=1");
        PostgresOrigin item = quick(origin("SELECT twice FROM item WHERE id = :id"), "/?id=1");
        for (String change : List.of("ALTER v TYPE text", "ALTER id TYPE text", "ALTER v TYPE int USING v::int")) {
            List<CompletableFuture<Answer>> neighbours = together(item, "/?id=4", 2);
            sql("ALTER TABLE moving " + change);
            List<CompletableFuture<Answer>> changed = together(moving, "/?id=3", 4);
            neighbours.addAll(together(item, "/?id=4", 2));
            assertEquals(Set.of(change.startsWith("ALTER v TYPE int") ? "3" : "\"3\""), values(changed));
            assertEquals(Set.of("8"), values(neighbours));
        }
        sql("DROP TABLE moving");
    }

    @Test
    void statements_that_the_server_forgot_are_prepared_again() {
        PostgresOrigin item = quick(origin("SELECT twice FROM item WHERE id = :id"), "/?id=1");
        PostgresOrigin forget = quick(origin("SELECT forget() + 0 * :n::int"), "/?n=1");
        for (int i = 0; i < 10; i++) {
            quick(item, "/?id=5");
            List<CompletableFuture<Answer>> mixed = new ArrayList<>(together(item, "/?id=5", 1));
            assertEquals("1", value(one(forget, "/?n=1")));
            mixed.addAll(together(item, "/?id=5", 3));
            assertEquals(Set.of("10"), values(mixed));
        }
    }

    @Test
    void a_lane_holds_no_more_prepared_statements_than_it_may() throws Exception {
        get(pool.close());
        use(new PoolOptions(), 4);
        PostgresOrigin held = quick(origin("SELECT count(*) FROM pg_prepared_statements"), "/");
        for (int i = 0; i < 10; i++) {
            PostgresOrigin one = quick(origin("SELECT " + i), "/");
            assertEquals(Set.of(Integer.toString(i)), values(together(one, "/", 3)));
        }
        for (String count : values(together(held, "/", 3))) {
            assertTrue(Integer.parseInt(count) <= 4, count);
        }
    }

    /** Borrows from the others, and counts what is borrowed for reading. */
    private record Counted(Connections from, AtomicInteger borrowed) implements Connections {
        @Override
        public Future<SqlConnection> reading(Call call) {
            borrowed.incrementAndGet();
            return from.reading(call);
        }

        @Override
        public @Nullable Lanes lanes(Call call) {
            return from.lanes(call);
        }

        @Override
        public Future<SqlConnection> writing() {
            return from.writing();
        }

        @Override
        public void giveBack(SqlConnection connection) {
            from.giveBack(connection);
        }
    }

    @Test
    void a_list_that_turns_out_too_long_on_a_lane_is_read_but_once_more_as_a_stream() {
        Counted counted = new Counted(connections, new AtomicInteger());
        PostgresSpec spec = PostgresSpec.read(
                "r",
                "SELECT n FROM generate_series(1, :most::int) n",
                new Returns.Rows(1000, 1000),
                Duration.ofSeconds(10));
        PostgresOrigin list = quick(new PostgresOrigin(VERTX, counted, spec, null, OriginObserver.NONE), "/?most=3");
        // Where the machine is busy some leave the lane before.
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            quick(list, "/?most=3");
            int before = counted.borrowed.get();
            Answer.Streaming streamed = assertInstanceOf(Answer.Streaming.class, answer(one(list, "/?most=900")));
            LOOP.runOnContext(here -> streamed.discard());
            return counted.borrowed.get() == before + 1;
        });
    }

    @Test
    void lanes_that_are_old_are_replaced_and_nothing_is_lost() throws Exception {
        get(pool.close());
        use(
                new PoolOptions()
                        .setMaxLifetime(200)
                        .setMaxLifetimeUnit(TimeUnit.MILLISECONDS)
                        .setPoolCleanerPeriod(50),
                256);
        PostgresOrigin pids = pids();
        Set<String> seen = new HashSet<>();
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < 2_000_000_000L) {
            seen.addAll(values(together(pids, "/", 6)));
        }
        assertTrue(seen.size() > 4, seen.toString());
        assertTrue(number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lanes'") <= SIZE);
    }

    @Test
    void where_all_connections_are_held_a_wait_ends_in_time() throws Exception {
        PostgresOrigin sleeper = sleeper(Duration.ofSeconds(10));
        PostgresOrigin item = quick(origin("SELECT twice FROM item WHERE id = :id", Duration.ofMillis(300)), "/?id=1");
        List<CompletableFuture<Answer>> held = new ArrayList<>();
        for (int i = 0; i < 2 * SIZE; i++) {
            held.addAll(together(sleeper, "/?s=2", 1));
        }
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> sleeping() == SIZE);
        long begun = System.nanoTime();
        assertEquals(Reason.OVERLOADED, reason(one(item, "/?id=1")));
        assertTrue(System.nanoTime() - begun < 1_000_000_000L);
        values(held);
        assertEquals("2", value(one(item, "/?id=1")));
    }

    @Test
    void who_has_no_lanes_of_its_own_uses_anothers() throws Exception {
        Vertx many = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2 * SIZE));
        PgConnectOptions to = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
        Pool wide = PgBuilder.pool()
                .using(many)
                .connectingTo(PostgresSessions.pin(to, Duration.ofSeconds(60)))
                .with(new PoolOptions().setMaxSize(2))
                .build();
        Connections two = Connections.of(many, () -> wide, () -> 2);
        PostgresOrigin pids = new PostgresOrigin(
                many,
                two,
                PostgresSpec.read("r", "SELECT pg_backend_pid()", new Returns.Value(), Duration.ofSeconds(10)),
                null,
                OriginObserver.NONE);
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            many.getOrCreateContext().runOnContext(here -> {
                Context asked = Vertx.currentContext();
                pids.ask(call("/")).subscribe().with(got -> {
                    assertEquals(asked, Vertx.currentContext());
                    answer.complete(got);
                });
            });
            all.add(answer);
            if (i % 4 == 0) {
                value(answer);
            }
        }
        assertTrue(values(all).size() <= 2);
        get(wide.close());
        get(many.close());
    }
}
