package io.sluice.origin.postgres;

import static io.sluice.origin.postgres.TestDatabase.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.sluice.origin.Call;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Context;
import io.vertx.core.Future;
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
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays of transactions that end otherwise than they began. */
class TransactionTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Context LOOP = VERTX.getOrCreateContext();
    private static TestDatabase database;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        database = new TestDatabase(work, VERTX, 4);
        pool = database.pool;
        sql("CREATE TABLE log (who text)");
        sql(
                "CREATE FUNCTION logged(who text) RETURNS text LANGUAGE sql AS 'INSERT INTO log VALUES (who) RETURNING who'");
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
    }

    private static void sql(String sql) throws SQLException {
        database.sql(sql);
    }

    private static int number(String sql) throws SQLException {
        return database.number(sql);
    }

    private static int logged(String who) throws SQLException {
        return number("SELECT count(*) FROM log WHERE who LIKE '" + who + "%'");
    }

    private static PostgresOrigin origin(Connections connections, PostgresSpec spec) {
        return new PostgresOrigin(VERTX, connections, spec, null, OriginObserver.NONE);
    }

    private static PostgresSpec calling(String sql, Returns returns) {
        return calling(sql, returns, Duration.ofSeconds(5));
    }

    private static PostgresSpec calling(String sql, Returns returns, Duration timeout) {
        return new PostgresSpec(
                "r", List.of(sql), returns, List.of(), Access.OWN, new Guards(false, null, false), null, timeout);
    }

    private static Answer ask(PostgresOrigin origin, HttpMethod method, Call.@Nullable Identity who) {
        Call call = new Call(
                        method,
                        "/r",
                        HttpHeaders.headers(),
                        Map.of(),
                        new Call.Peer("127.0.0.1", false, "http", "g"),
                        null)
                .as("somebody", who, null);
        return TestDatabase.ask(LOOP, origin, call);
    }

    @Test
    void a_caller_who_is_nobody_has_nothing_run_for_it() throws SQLException {
        PostgresOrigin origin =
                origin(Connections.of(() -> pool), calling("SELECT logged('nobody') AS n", new Returns.Row()));
        Answer refused = ask(origin, HttpMethod.GET, new Call.Identity("none", "{}"));
        assertEquals(403, assertInstanceOf(Answer.Refused.class, refused).status());
        assertEquals(0, logged("nobody"));
    }

    @Test
    void a_list_that_is_read_once_more_has_written_once() throws SQLException {
        PostgresOrigin origin = origin(
                Connections.of(() -> pool),
                calling("SELECT logged('list ' || n) AS n FROM generate_series(1, 300) n", new Returns.Rows(300, 100)));
        Answer.Streaming list = assertInstanceOf(Answer.Streaming.class, ask(origin, HttpMethod.GET, null));
        assertEquals(0, logged("list"), "not before it is read to its end");
        LOOP.runOnContext(here -> list.discard());
    }

    @Test
    void what_may_have_been_committed_is_not_done_once_more_because_its_route_reads() throws SQLException {
        sql("CREATE SEQUENCE ends; CREATE TABLE ending (id int8);"
                + "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM nextval('ends'), pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
                + "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON ending DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION ends();"
                + "CREATE FUNCTION ending() RETURNS int8 LANGUAGE sql AS 'INSERT INTO ending VALUES (1) RETURNING id'");
        PostgresOrigin origin = origin(Connections.of(() -> pool), calling("SELECT ending() AS n", new Returns.Row()));
        Answer answer = ask(origin, HttpMethod.GET, null);
        assertEquals(1, number("SELECT last_value FROM ends"));
        assertEquals(
                Reason.UNKNOWN, assertInstanceOf(Answer.Failed.class, answer).reason());
    }

    /** A function of that name that writes, and a COMMIT that then does what is given. */
    private static void atCommit(String name, String does) throws SQLException {
        sql("CREATE TABLE " + name + "_rows (id int8);"
                + "CREATE FUNCTION " + name + "_end() RETURNS trigger LANGUAGE plpgsql AS $$ " + does + " $$;"
                + "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON " + name + "_rows DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW WHEN (NEW.id = 1) EXECUTE FUNCTION " + name + "_end();"
                + "CREATE FUNCTION " + name + "(n int8) RETURNS int8 LANGUAGE sql AS 'INSERT INTO " + name
                + "_rows VALUES (n) RETURNING id'");
    }

    /** It does what a slow network may do as well: the request to cancel does not hit it. */
    private static final String DEAF =
            "BEGIN PERFORM pg_sleep(1.5); RETURN NULL; EXCEPTION WHEN query_canceled THEN RETURN NULL; END";

    @Test
    void what_a_route_that_reads_may_have_committed_when_its_time_ended_is_not_told_as_undone() throws SQLException {
        atCommit("slow", DEAF);
        List<String> unknown = new CopyOnWriteArrayList<>();
        PostgresOrigin origin =
                origin(noting(unknown), calling("SELECT slow(1) AS n", new Returns.Row(), Duration.ofMillis(700)));
        assertInstanceOf(Prepared.Ready.class, origin.prepare().await().atMost(Duration.ofSeconds(20)));
        Answer answer = ask(origin, HttpMethod.GET, null);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> number("SELECT count(*) FROM slow_rows") == 1);
        assertEquals(
                Reason.UNKNOWN, assertInstanceOf(Answer.Failed.class, answer).reason());
        assertEquals(List.of("/r"), unknown);
    }

    @Test
    void what_a_route_that_reads_was_told_to_have_taken_too_long_for_is_not_done() throws SQLException {
        sql("CREATE FUNCTION deaf(seconds float8) RETURNS int LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM logged('deaf'); PERFORM pg_sleep(seconds); RETURN 1;"
                + " EXCEPTION WHEN query_canceled THEN PERFORM logged('deaf'); RETURN 2; END $$");
        PostgresOrigin origin = origin(
                Connections.of(() -> pool), calling("SELECT deaf(3) AS n", new Returns.Row(), Duration.ofMillis(700)));
        assertInstanceOf(Prepared.Ready.class, origin.prepare().await().atMost(Duration.ofSeconds(20)));
        assertEquals(
                Reason.TIMEOUT,
                assertInstanceOf(Answer.Failed.class, ask(origin, HttpMethod.GET, null))
                        .reason());
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        number("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%deaf(%' AND state <> 'idle'"
                                        + " AND pid <> pg_backend_pid()")
                                == 0);
        assertEquals(0, logged("deaf"));
    }

    @Test
    void a_list_whose_commit_fails_is_not_told_as_whole() throws Exception {
        atCommit("refused", "BEGIN RAISE EXCEPTION 'no'; END");
        assertThrows(ExecutionException.class, () -> sent("refused", Duration.ofSeconds(5), HttpMethod.GET));
        assertThrows(ExecutionException.class, () -> sent("refused", Duration.ofSeconds(5), HttpMethod.HEAD));
        assertEquals(0, number("SELECT count(*) FROM refused_rows"));
    }

    @Test
    void a_list_whose_commit_is_not_answered_is_broken_off_and_may_have_been_written() throws Exception {
        atCommit("silent", DEAF);
        List<String> unknown = new CopyOnWriteArrayList<>();
        assertThrows(
                ExecutionException.class, () -> sent(noting(unknown), "silent", Duration.ofSeconds(1), HttpMethod.GET));
        assertEquals(List.of("/r"), unknown);
    }

    @Test
    void a_list_is_whole_when_what_it_wrote_is_there() throws Exception {
        atCommit("pausing", "BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END");
        String body = sent("pausing", Duration.ofSeconds(5), HttpMethod.GET);
        assertEquals(300, number("SELECT count(*) FROM pausing_rows"));
        assertTrue(body.startsWith("[{\"n\":1},") && body.endsWith(",{\"n\":300}]"), body);
        assertEquals("", sent("pausing", Duration.ofSeconds(5), HttpMethod.HEAD));
        assertTrue(number("SELECT count(*) FROM pausing_rows") > 300);
    }

    private static String sent(String function, Duration timeout, HttpMethod method) throws Exception {
        return sent(Connections.of(() -> pool), function, timeout, method);
    }

    /** What a client gets of a list that is too long to be held, each of whose rows the function writes. */
    private static String sent(Connections connections, String function, Duration timeout, HttpMethod method)
            throws Exception {
        PostgresOrigin origin = origin(
                connections,
                calling(
                        "SELECT " + function + "(n) AS n FROM generate_series(1, 300) n",
                        new Returns.Rows(300, 100),
                        timeout));
        assertInstanceOf(Prepared.Ready.class, origin.prepare().await().atMost(Duration.ofSeconds(20)));
        Answer.Streaming list = assertInstanceOf(Answer.Streaming.class, ask(origin, method, null));
        HttpServer http = get(VERTX.createHttpServer()
                .requestHandler(request -> LOOP.runOnContext(here -> list.sendTo(request)))
                .listen(0, "127.0.0.1"));
        HttpClient client = VERTX.createHttpClient();
        try {
            return get(client.request(method, http.actualPort(), "127.0.0.1", "/")
                            .compose(HttpClientRequest::send)
                            .compose(HttpClientResponse::body))
                    .toString();
        } finally {
            get(client.close());
            get(http.close());
        }
    }

    /** Where cancellations get lost, each statement in time does not make the whole in time. */
    @Test
    void who_was_told_that_a_write_took_too_long_does_not_find_it_done() throws Exception {
        PostgresSpec spec = new PostgresSpec(
                "r",
                List.of(
                        "INSERT INTO log SELECT 'late' FROM pg_sleep(0.3)",
                        "INSERT INTO log SELECT 'later' FROM pg_sleep(0.3)"),
                new Returns.None(),
                List.of(),
                Access.OWN,
                Guards.LENIENT,
                new Writing(null, 0, false, 1000, false),
                Duration.ofMillis(500));
        PostgresOrigin origin = origin(new Through(Connections.of(() -> pool), true), spec);
        Answer answer = ask(origin, HttpMethod.POST, null);
        assertEquals(
                Reason.TIMEOUT, assertInstanceOf(Answer.Failed.class, answer).reason());
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        number("SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE '%late%'")
                                == 1);
        assertEquals(0, logged("late"));
    }

    @Test
    void what_is_begun_again_and_again_ends_in_the_time_of_one_request() throws SQLException {
        sql("CREATE FUNCTION beaten() RETURNS int LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_sleep(0.3); RAISE SQLSTATE '40001'; END $$");
        PostgresOrigin origin = origin(
                Connections.of(() -> pool),
                PostgresSpec.read("r", "SELECT beaten() AS n", new Returns.Row(), Duration.ofMillis(700)));
        assertInstanceOf(Prepared.Ready.class, origin.prepare().await().atMost(Duration.ofSeconds(20)));
        long begun = System.nanoTime();
        assertEquals(
                Reason.TIMEOUT,
                assertInstanceOf(Answer.Failed.class, ask(origin, HttpMethod.GET, null))
                        .reason());
        assertTrue(System.nanoTime() - begun < 1_500_000_000L);
    }

    @Test
    void a_list_that_stood_still_too_long_before_it_was_sent_is_broken_off() throws Exception {
        PostgresSpec spec = PostgresSpec.read(
                "r", "SELECT n FROM generate_series(1, 1000) n", new Returns.Rows(1000, 100), Duration.ofMillis(300));
        Answer.Streaming list = assertInstanceOf(
                Answer.Streaming.class, ask(origin(Connections.of(() -> pool), spec), HttpMethod.GET, null));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> number("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'") == 0);
        HttpServer http =
                get(VERTX.createHttpServer().requestHandler(list::sendTo).listen(0, "127.0.0.1"));
        HttpClient client = VERTX.createHttpClient();
        Future<Buffer> body = client.request(HttpMethod.GET, http.actualPort(), "127.0.0.1", "/")
                .compose(HttpClientRequest::send)
                .compose(HttpClientResponse::body);
        assertThrows(ExecutionException.class, () -> get(body));
        get(client.close());
        get(http.close());
    }

    /** @param unknown gets what may have been committed */
    private static Connections noting(List<String> unknown) {
        return new Through(Connections.of(() -> pool), false) {
            @Override
            public void mayHaveCommitted(Call call) {
                unknown.add(call.uri());
            }
        };
    }

    /** Another's connections, told about otherwise. */
    private static class Through implements Connections {
        private final Connections from;
        private final boolean shared;

        /** @param shared as behind a pooler */
        Through(Connections from, boolean shared) {
            this.from = from;
            this.shared = shared;
        }

        @Override
        public Future<SqlConnection> reading(Call call) {
            return from.reading(call);
        }

        @Override
        public Future<SqlConnection> writing() {
            return from.writing();
        }

        @Override
        public void giveBack(SqlConnection connection) {
            from.giveBack(connection);
        }

        @Override
        public boolean shared() {
            return shared;
        }
    }
}
