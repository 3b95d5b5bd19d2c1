package io.sluice.origin.postgres;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.sluice.demo.EmbeddedPostgres;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.OriginObserver;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary and a real streaming replica, whose replay is paused to see who reads it all the same. */
class ReplicasTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int POOL = 4;
    private static final Vertx VERTX = Vertx.vertx();
    /** Somebody who waits for the answer: a read, and not a load. */
    private static final HttpServerRequest SOMEBODY = (HttpServerRequest) Proxy.newProxyInstance(
            ReplicasTest.class.getClassLoader(), new Class<?>[] {HttpServerRequest.class}, (proxy, method, given) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    private static EmbeddedPostgres primary;
    private static Standby standby;

    private Opened opened;
    private static int next;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        primary = new EmbeddedPostgres(work);
        sql("CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL)");
        standby = new Standby(primary, work, "standby");
    }

    @AfterAll
    static void stop() throws Exception {
        get(VERTX.close());
        standby.close();
        primary.close();
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = primary.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static <T> T get(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private record Given(List<PgConnectOptions> pgConnectOptionsList) implements PgPoolCreator.Input {
        @Override
        public Vertx vertx() {
            return VERTX;
        }

        @Override
        public PoolOptions poolOptions() {
            return new PoolOptions().setMaxSize(POOL);
        }
    }

    @BeforeEach
    void open() throws SQLException {
        sql("INSERT INTO item VALUES (" + ++next + ", 0)");
        opened = opened(Duration.ofMinutes(1));
        awaitReplica();
    }

    @AfterEach
    void close() throws Exception {
        standby.resume();
        opened.database.close();
        get(opened.pool.close());
    }

    private Opened opened(Duration maxLag) {
        return opened(maxLag, Duration.ofMillis(20));
    }

    private Opened opened(Duration maxLag, Duration replicaWait) {
        PinnedSessions sessions = new PinnedSessions(Duration.ofMinutes(1), Optional.empty());
        sessions.use(new DatabaseSettings(
                DatabaseSettings.PoolSize.STANDARD,
                false,
                null,
                List.of(new DatabaseSettings.Server("127.0.0.1", standby.port, null)),
                maxLag,
                replicaWait));
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(primary.port())
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
        Pool made = sessions.create(new Given(List.of(options)));
        Database database = new Database(VERTX, sessions, () -> made, PoolObserver.NONE);
        database.start();
        PostgresOrigin reads = new PostgresOrigin(
                VERTX,
                database,
                PostgresSpec.read(
                        "item",
                        "SELECT n, pg_is_in_recovery() AS replica FROM item WHERE id = :id",
                        new Returns.Row(),
                        TIMEOUT),
                null,
                OriginObserver.NONE);
        return new Opened(database, made, reads);
    }

    private record Opened(Database database, Pool pool, PostgresOrigin reads) {}

    private void awaitReplica() {
        await().atMost(SOON).until(() -> read("anybody", true).replica);
    }

    private record Seen(int n, boolean replica) {}

    /** @param live false: a load that fills the cache */
    private Seen read(String client, boolean live, String... header) {
        Call call = call(HttpMethod.GET, live, header).as(client, null, null);
        Answer.Whole whole = assertInstanceOf(Answer.Whole.class, ask(opened.reads, call));
        assertEquals(200, whole.status());
        JsonObject row = new JsonObject(whole.body());
        return new Seen(row.getInteger("n"), row.getBoolean("replica"));
    }

    private static Call call(HttpMethod method, boolean live, String... header) {
        MultiMap headers = HttpHeaders.headers();
        if (header.length > 0) {
            headers.set(header[0], header[1]);
        }
        return new Call(
                method,
                "/item/" + next,
                headers,
                Map.of("id", Integer.toString(next)),
                new Call.Peer("127.0.0.1", false, "http", "g"),
                live ? SOMEBODY : null);
    }

    private static Answer ask(PostgresOrigin origin, Call call) {
        return asking(origin, call).join();
    }

    private static CompletableFuture<Answer> asking(PostgresOrigin origin, Call call) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        VERTX.runOnContext(here -> origin.ask(call).subscribe().with(answer::complete, answer::completeExceptionally));
        return answer.orTimeout(30, TimeUnit.SECONDS);
    }

    @Test
    void who_waits_for_what_no_server_has_written_keeps_nobody_from_a_replica() throws Exception {
        opened.database.close();
        get(opened.pool.close());
        opened = opened(Duration.ofMinutes(1), Duration.ofSeconds(3));
        awaitReplica();
        List<CompletableFuture<Answer>> waiting = new ArrayList<>();
        for (int i = 0; i < 3 * POOL; i++) {
            Call far = call(HttpMethod.GET, true, "Sluice-Written-At", "7FFFFFFF/0")
                    .as("far " + i, null, null);
            waiting.add(asking(opened.reads, far));
        }
        for (int i = 0; i < 3 * POOL; i++) {
            assertEquals(new Seen(0, true), read("other", true));
        }
        waiting.forEach(one -> assertFalse(one.isDone(), "it is that patient"));
        for (CompletableFuture<Answer> one : waiting) {
            JsonObject row = new JsonObject(
                    assertInstanceOf(Answer.Whole.class, one.join()).body());
            assertFalse(row.getBoolean("replica"));
        }
    }

    @Test
    void who_waits_reads_the_replica_as_soon_as_it_has_what_it_waits_for() throws Exception {
        opened.database.close();
        get(opened.pool.close());
        opened = opened(Duration.ofMinutes(1), Duration.ofSeconds(20));
        awaitReplica();
        standby.pause();
        String place = write("writer", 7);
        Call call = call(HttpMethod.GET, true, "Sluice-Written-At", place).as("other", null, null);
        CompletableFuture<Answer> waiting = asking(opened.reads, call);
        assertEquals(new Seen(0, true), read("third", true));
        assertFalse(waiting.isDone());
        standby.resume();
        JsonObject row = new JsonObject(
                assertInstanceOf(Answer.Whole.class, waiting.join()).body());
        assertEquals(new Seen(7, true), new Seen(row.getInteger("n"), row.getBoolean("replica")));
    }

    @Test
    void a_client_that_wrote_reads_what_it_wrote_and_others_the_replica() throws Exception {
        standby.pause();
        String place = write("writer", 7);
        assertEquals(new Seen(7, false), read("writer", true));
        assertEquals(new Seen(0, true), read("other", true));
        assertEquals(new Seen(7, false), read("other", true, "Sluice-Written-At", place));
        standby.resume();
        await().atMost(SOON).until(() -> read("writer", true).equals(new Seen(7, true)));
        assertEquals(new Seen(7, true), read("other", true, "Sluice-Written-At", place));
    }

    @Test
    void who_may_have_written_reads_the_primary() throws Exception {
        assertEquals(new Seen(0, true), read("unsure", true));
        opened.database.mayHaveCommitted(call(HttpMethod.PUT, true).as("unsure", null, null));
        assertEquals(new Seen(0, false), read("unsure", true));
        assertEquals(new Seen(0, true), read("other", true));
    }

    /** As a route that writes does it. */
    private String write(String client, int n) throws Exception {
        MultiMap told = HttpHeaders.headers();
        var connection = get(opened.database.writing());
        get(connection.query("BEGIN READ WRITE").execute());
        get(connection.query("UPDATE item SET n = " + n + " WHERE id = " + next).execute());
        get(connection.query("COMMIT").execute());
        get(opened.database.committed(call(HttpMethod.PUT, true).as(client, null, null), connection, told));
        opened.database.giveBack(connection);
        return String.valueOf(told.get("Sluice-Written-At"));
    }

    @Test
    void a_load_never_reads_a_replica_that_has_not_replayed_what_was_committed_before_it() throws Exception {
        for (int round = 1; round <= 5; round++) {
            standby.pause();
            sql("UPDATE item SET n = " + round + " WHERE id = " + next);
            assertEquals(new Seen(round, false), read("", false));
            standby.resume();
            await().atMost(SOON).until(() -> read("", false).replica);
            assertEquals(round, read("", false).n);
        }
    }

    @Test
    void a_load_reads_the_replica_when_nothing_is_behind() {
        await().atMost(SOON).until(() -> read("", false).replica);
        assertEquals(Map.of("127.0.0.1:" + standby.port, "in use"), opened.database.shown());
    }

    @Test
    void a_replica_that_is_too_far_behind_is_left_out_and_comes_back() throws Exception {
        opened.database.close();
        get(opened.pool.close());
        opened = opened(Duration.ofSeconds(1));
        awaitReplica();
        standby.pause();
        sql("UPDATE item SET n = 3 WHERE id = " + next);
        await().atMost(SOON).until(() -> !read("anybody", true).replica);
        assertEquals("left out: it is too far behind", opened.database.shown().get("127.0.0.1:" + standby.port));
        assertEquals(new Seen(3, false), read("anybody", true));
        standby.resume();
        awaitReplica();
        assertEquals(new Seen(3, true), read("anybody", true));
    }

    /** The first answer may have got lost, and the same key come to another instance. */
    @Test
    void who_is_told_again_what_it_wrote_reads_that_too() throws Exception {
        Opened first = opened;
        opened = opened(Duration.ofMinutes(1));
        awaitReplica();
        Call call =
                call(HttpMethod.PUT, false, "Idempotency-Key", "key " + next).as("writer", null, null);
        assertInstanceOf(Prepared.Ready.class, writes(first).prepare().await().atMost(SOON));
        await().atMost(SOON).until(() -> read("", false).replica);
        standby.pause();
        assertInstanceOf(Answer.Wrote.class, ask(writes(first), call));
        assertEquals(new Seen(0, true), read("writer", true), "this instance was told of no write");
        Answer.Wrote told = assertInstanceOf(Answer.Wrote.class, ask(writes(opened), call));
        assertEquals(new Seen(5, false), read("writer", true));
        String place = String.valueOf(told.answer().headers().get("Sluice-Written-At"));
        assertEquals(new Seen(5, false), read("other", true, "Sluice-Written-At", place));
        first.database.close();
        get(first.pool.close());
    }

    private static PostgresOrigin writes(Opened by) {
        return new PostgresOrigin(
                VERTX,
                by.database,
                new PostgresSpec(
                        "write",
                        List.of("UPDATE item SET n = n + 5 WHERE id = :id"),
                        new Returns.None(),
                        List.of(),
                        Access.OWN,
                        Guards.LENIENT,
                        new Writing(null, 0, true, 1000, false),
                        TIMEOUT),
                null,
                OriginObserver.NONE);
    }

    @Test
    void who_wrote_what_nobody_knows_reads_the_primary() throws Exception {
        await().atMost(SOON).until(() -> read("", false).replica);
        standby.pause();
        sql("UPDATE item SET n = 9 WHERE id = " + next);
        assertEquals(new Seen(0, true), read("writer", true));
        opened.database.mayHaveCommitted(call(HttpMethod.PUT, false).as("writer", null, null));
        assertEquals(new Seen(9, false), read("writer", true));
        assertEquals(new Seen(0, true), read("other", true));
    }

    @Test
    void what_a_migration_made_is_read_though_the_replica_has_yet_to_make_it() throws Exception {
        standby.pause();
        sql("ALTER TABLE item ADD COLUMN fresh int DEFAULT 7");
        PostgresOrigin fresh = new PostgresOrigin(
                VERTX,
                opened.database,
                PostgresSpec.read("fresh", "SELECT fresh FROM item WHERE id = :id", new Returns.Row(), TIMEOUT),
                null,
                OriginObserver.NONE);
        Answer answer = ask(fresh, call(HttpMethod.GET, true).as("anybody", null, null));
        assertEquals(
                "{\"fresh\":7}",
                assertInstanceOf(Answer.Whole.class, answer).body().toString());
    }

    @Test
    void a_replica_that_is_down_costs_no_answer_and_comes_back() {
        standby.close();
        for (int i = 0; i < 20; i++) {
            assertEquals(new Seen(0, false), read("anybody", true));
            assertEquals(new Seen(0, false), read("", false));
        }
        await().atMost(SOON)
                .until(() -> String.valueOf(opened.database.shown().get("127.0.0.1:" + standby.port))
                        .startsWith("left out"));
        standby.again();
        awaitReplica();
        assertTrue(read("anybody", true).replica);
    }
}
