package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
    private static EmbeddedPostgres server;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        server = new EmbeddedPostgres(work);
        sql("CREATE TABLE log (who text)");
        sql(
                "CREATE FUNCTION logged(who text) RETURNS text LANGUAGE sql AS 'INSERT INTO log VALUES (who) RETURNING who'");
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
        pool = PgBuilder.pool()
                .using(VERTX)
                .connectingTo(PostgresSessions.pin(options, Duration.ofSeconds(60)))
                .with(new PoolOptions().setMaxSize(4))
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        get(pool.close());
        get(VERTX.close());
        server.close();
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int logged(String who) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM log WHERE who LIKE '" + who + "%'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static PostgresOrigin origin(Connections connections, PostgresSpec spec) {
        return new PostgresOrigin(VERTX, connections, spec, null, OriginObserver.NONE);
    }

    private static PostgresSpec calling(String sql, Returns returns) {
        return new PostgresSpec(
                "r",
                List.of(sql),
                returns,
                List.of(),
                Access.OWN,
                new Guards(false, null, false),
                null,
                Duration.ofSeconds(5));
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
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        LOOP.runOnContext(here -> origin.ask(call).subscribe().with(answer::complete, answer::completeExceptionally));
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
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
        PostgresOrigin origin = origin(new Shared(Connections.of(() -> pool)), spec);
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

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static int number(String sql) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    /** As behind a pooler. */
    private record Shared(Connections from) implements Connections {
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
            return true;
        }
    }
}
