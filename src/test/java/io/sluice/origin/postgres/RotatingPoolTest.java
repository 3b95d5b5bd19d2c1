package io.sluice.origin.postgres;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool on a Postgres that asks for passwords. */
class RotatingPoolTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedPostgres server;
    private final Given logins = new Given();
    private Pool pool = pool();

    /** Gives what the test says. */
    private static final class Given implements Logins {
        private final List<Consumer<Login>> listeners = new ArrayList<>();
        private final List<String> events = new ArrayList<>();
        private volatile Login now = new Login("one", "p1", Long.MAX_VALUE);
        private volatile Future<Login> afterRefusal = Future.failedFuture("none left");

        @Override
        public Future<Login> now() {
            return Future.succeededFuture(now);
        }

        @Override
        public Future<Login> refused(Login login) {
            events.add("refused " + login.user());
            return afterRefusal;
        }

        @Override
        public void accepted(Login login) {
            events.add("accepted " + login.user());
        }

        @Override
        public void untold(Login login) {
            events.add("untold " + login.user());
        }

        @Override
        public void listen(Consumer<Login> told) {
            listeners.add(told);
        }

        void becomes(Login login) {
            now = login;
            listeners.forEach(listener -> listener.accept(login));
        }
    }

    @BeforeAll
    static void start(@TempDir Path work) throws Exception {
        server = new EmbeddedPostgres(work);
        sql("CREATE ROLE one LOGIN PASSWORD 'p1'", "CREATE ROLE two LOGIN PASSWORD 'p2'");
        Files.writeString(
                work.resolve("data/pg_hba.conf"),
                "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
        sql("SELECT pg_reload_conf()");
        await().atMost(SOON).until(RotatingPoolTest::asksForPasswords);
    }

    private static boolean asksForPasswords() {
        Given wrong = new Given();
        wrong.now = new Logins.Login("one", "wrong", Long.MAX_VALUE);
        Pool refused = RotatingPool.of(VERTX, new PoolOptions(), servers(), wrong);
        try {
            get(refused.query("SELECT 1").execute());
            return false;
        } catch (Exception refusal) {
            return true;
        } finally {
            refused.close();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        get(VERTX.close());
        server.close();
    }

    @AfterEach
    void close() throws Exception {
        get(pool.close());
    }

    private static List<PgConnectOptions> servers() {
        return List.of(new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setDatabase("postgres")
                .setUser("one"));
    }

    private Pool pool() {
        return RotatingPool.of(VERTX, new PoolOptions().setMaxSize(1), servers(), logins);
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static int session(SqlConnection connection) throws Exception {
        return get(connection.query("SELECT pg_backend_pid()").execute())
                .iterator()
                .next()
                .getInteger(0);
    }

    private int session() throws Exception {
        SqlConnection connection = get(pool.getConnection());
        int session = session(connection);
        RotatingPool.giveBack(connection);
        return session;
    }

    private String user() throws Exception {
        return get(pool.query("SELECT current_user").execute())
                .iterator()
                .next()
                .getString(0);
    }

    @Test
    void a_connection_is_used_again_while_its_login_lasts() throws Exception {
        int first = session();
        assertEquals(first, session());
        logins.becomes(new Logins.Login("one", "p1", Long.MAX_VALUE - 1));
        assertEquals(first, session());
    }

    @Test
    void an_idle_connection_of_an_old_login_is_closed_by_itself() throws Exception {
        assertEquals("one", user());
        logins.becomes(new Logins.Login("two", "p2", Long.MAX_VALUE));
        await().atMost(SOON).until(() -> pool.size() == 0);
        assertEquals("two", user());
    }

    @Test
    void a_connection_in_use_does_its_work_to_the_end_and_is_not_lent_again() throws Exception {
        SqlConnection used = get(pool.getConnection());
        int old = session(used);
        logins.becomes(new Logins.Login("two", "p2", Long.MAX_VALUE));
        assertEquals(old, session(used));
        RotatingPool.giveBack(used);
        assertEquals("two", user());
        assertNotEquals(old, session());
    }

    @Test
    void who_waits_for_a_connection_of_an_old_login_gets_one_of_the_new() throws Exception {
        SqlConnection used = get(pool.getConnection());
        int old = session(used);
        Future<SqlConnection> waiting = pool.getConnection();
        logins.becomes(new Logins.Login("two", "p2", Long.MAX_VALUE));
        assertFalse(waiting.isComplete());
        RotatingPool.giveBack(used);
        SqlConnection got = get(waiting);
        assertNotEquals(old, session(got));
        RotatingPool.giveBack(got);
    }

    @Test
    void a_connection_ends_with_its_lease() throws Exception {
        logins.becomes(new Logins.Login("one", "p1", System.currentTimeMillis() + 300));
        assertEquals("one", user());
        await().atMost(SOON).until(() -> pool.size() == 0);
    }

    @Test
    void a_lease_that_is_extended_keeps_its_connections() throws Exception {
        logins.becomes(new Logins.Login("one", "p1", System.currentTimeMillis() + 1_000));
        SqlConnection used = get(pool.getConnection());
        int first = session(used);
        logins.becomes(new Logins.Login("one", "p1", Long.MAX_VALUE));
        get(used.query("SELECT pg_sleep(1.1)").execute());
        RotatingPool.giveBack(used);
        assertEquals(first, session());
    }

    @Test
    void nobody_is_told_of_a_refusal_while_there_is_another_login() throws Exception {
        logins.now = new Logins.Login("one", "old", Long.MAX_VALUE);
        logins.afterRefusal = Future.succeededFuture(new Logins.Login("two", "p2", Long.MAX_VALUE));
        assertEquals("two", user());
        assertEquals(List.of("refused one", "accepted two"), logins.events);
    }

    @Test
    void a_refusal_with_nothing_left_to_try_fails_as_the_logins_say() {
        logins.now = new Logins.Login("one", "old", Long.MAX_VALUE);
        Exception failed = assertThrows(Exception.class, this::user);
        assertTrue(String.valueOf(failed.getMessage()).endsWith("none left"), failed::toString);
    }

    @Test
    void logins_that_postgres_goes_on_to_refuse_are_not_tried_for_ever() {
        logins.now = new Logins.Login("one", "old", Long.MAX_VALUE);
        logins.afterRefusal = Future.succeededFuture(new Logins.Login("two", "old", Long.MAX_VALUE));
        assertThrows(Exception.class, this::user);
        assertEquals(List.of("refused one", "refused two", "refused two", "refused two"), logins.events);
    }

    @Test
    void other_failures_to_connect_are_no_refusal() {
        logins.now = new Logins.Login("one", "p1", Long.MAX_VALUE);
        pool.close();
        pool = RotatingPool.of(
                VERTX, new PoolOptions(), List.of(new PgConnectOptions(servers().get(0)).setDatabase("none")), logins);
        Exception failed = assertThrows(Exception.class, this::user);
        assertInstanceOf(PgException.class, failed.getCause());
        assertEquals(List.of("untold one"), logins.events);
    }
}
