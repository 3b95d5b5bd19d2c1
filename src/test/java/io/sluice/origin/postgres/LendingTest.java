package io.sluice.origin.postgres;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.timeout.IdleStateHandler;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.sluice.demo.EmbeddedPostgres;
import io.sluice.demo.Ports;
import io.sluice.origin.Breaker;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LendingTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedPostgres server;

    @BeforeAll
    static void start(@TempDir Path work) {
        server = new EmbeddedPostgres(work);
    }

    @AfterAll
    static void stop() throws Exception {
        get(VERTX.close());
        server.close();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Counts what it hears. */
    private static final class Heard implements PoolObserver {
        private IntSupplier open = () -> -1;
        private IntSupplier used = () -> -1;
        private IntSupplier waiting = () -> -1;
        private final AtomicInteger got = new AtomicInteger();
        private final AtomicInteger full = new AtomicInteger();
        private final AtomicInteger late = new AtomicInteger();

        @Override
        public void pool(String name, IntSupplier open, IntSupplier used, IntSupplier waiting) {
            this.open = open;
            this.used = used;
            this.waiting = waiting;
        }

        @Override
        public void waited(String name, long nanos) {
            got.incrementAndGet();
        }

        @Override
        public void refused(String name, boolean wasFull) {
            (wasFull ? full : late).incrementAndGet();
        }

        String now() {
            return "open " + open.getAsInt() + " used " + used.getAsInt() + " waiting " + waiting.getAsInt();
        }
    }

    private record Made(Lending lending, Heard heard, Pool pool) {}

    private static Made pool(int port, int waiting, Duration patience) {
        PinnedSessions sessions = new PinnedSessions(Duration.ofMinutes(1), Optional.empty());
        sessions.use(new DatabaseSettings(
                new DatabaseSettings.PoolSize(1, waiting, patience, null, null, 256),
                false,
                null,
                List.of(),
                Duration.ofSeconds(10),
                Duration.ofMillis(10)));
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
        Pool pool = sessions.create(new Given(List.of(options)));
        Heard heard = new Heard();
        return new Made(new Lending("primary", () -> pool, sessions::size, heard), heard, pool);
    }

    private record Given(List<PgConnectOptions> pgConnectOptionsList) implements PgPoolCreator.Input {
        @Override
        public Vertx vertx() {
            return VERTX;
        }

        @Override
        public PoolOptions poolOptions() {
            return new PoolOptions().setMaxSize(16);
        }
    }

    private static Throwable failure(Future<?> future) {
        return requireNonNull(
                assertThrows(ExecutionException.class, () -> get(future)).getCause());
    }

    @Test
    void who_waits_too_long_is_refused_and_the_line_moves_on() throws Exception {
        Made made = pool(server.port(), 8, Duration.ofSeconds(1));
        SqlConnection first = get(made.lending.borrow());
        assertEquals("open 1 used 1 waiting 0", made.heard.now());
        Future<SqlConnection> waiting = made.lending.borrow();
        assertEquals("open 1 used 1 waiting 1", made.heard.now());
        assertInstanceOf(Failures.Overloaded.class, failure(waiting));
        assertEquals("open 1 used 1 waiting 0", made.heard.now());
        assertEquals(1, made.heard.late.get());
        Future<SqlConnection> next = made.lending.borrow();
        assertTrue(made.lending.giveBack(first));
        SqlConnection second = get(next);
        assertEquals("open 1 used 1 waiting 0", made.heard.now());
        assertTrue(made.lending.giveBack(second));
        assertEquals("open 1 used 0 waiting 0", made.heard.now());
        assertEquals(2, made.heard.got.get());
        get(made.pool.close());
    }

    @Test
    void a_line_that_is_full_takes_nobody() throws Exception {
        Made made = pool(server.port(), 2, Duration.ofSeconds(10));
        SqlConnection first = get(made.lending.borrow());
        Future<SqlConnection> second = made.lending.borrow();
        Future<SqlConnection> third = made.lending.borrow();
        assertInstanceOf(Failures.Overloaded.class, failure(made.lending.borrow()));
        assertEquals(1, made.heard.full.get());
        made.lending.giveBack(first);
        made.lending.giveBack(get(second));
        made.lending.giveBack(get(third));
        assertEquals("open 1 used 0 waiting 0", made.heard.now());
        get(made.pool.close());
    }

    @Test
    void what_is_given_back_twice_is_given_back_once() throws Exception {
        Made made = pool(server.port(), 2, Duration.ofSeconds(10));
        SqlConnection first = get(made.lending.borrow());
        made.lending.giveBack(first);
        SqlConnection second = get(made.lending.borrow());
        assertEquals(false, made.lending.giveBack(first));
        assertEquals("open 1 used 1 waiting 0", made.heard.now());
        made.lending.giveBack(second);
        get(made.pool.close());
    }

    /** Leads to the database; what is said while it is mute is heard by nobody. */
    private static int leading(AtomicBoolean mute) throws Exception {
        NetClient client = VERTX.createNetClient();
        return get(VERTX.createNetServer()
                        .connectHandler(in -> {
                            in.pause();
                            client.connect(server.port(), "127.0.0.1").onSuccess(out -> {
                                pass(in, out, mute);
                                pass(out, in, mute);
                                in.resume();
                            });
                        })
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    private static void pass(NetSocket from, NetSocket to, AtomicBoolean mute) {
        from.handler(said -> {
            if (!mute.get()) {
                to.write(said);
            }
        });
        from.closeHandler(closed -> to.close());
    }

    @Test
    void a_look_at_a_silent_connection_costs_the_pool_none() throws Exception {
        AtomicBoolean mute = new AtomicBoolean();
        Made made = pool(leading(mute), 8, Duration.ofSeconds(5));
        assertTrue(answers(made.pool, Duration.ofSeconds(10)));
        mute.set(true);
        assertFalse(answers(made.pool, Duration.ofMillis(100)));
        mute.set(false);
        assertTrue(answers(made.pool, Duration.ofSeconds(10)));
        get(made.pool.close());
    }

    private static boolean answers(Pool pool, Duration patience) {
        return PostgresSessions.answers(pool, patience).await().atMost(Duration.ofSeconds(20));
    }

    @Test
    void a_connection_is_given_up_though_what_was_asked_there_is_not_answered() throws Exception {
        AtomicBoolean mute = new AtomicBoolean();
        Made made = pool(leading(mute), 8, Duration.ofSeconds(5));
        Connections connections = Connections.of(() -> made.pool);
        SqlConnection silent = get(connections.writing());
        mute.set(true);
        Future<PreparedStatement> unanswered = silent.prepare("SELECT 1");
        Turn.giveUp(VERTX, connections, silent);
        failure(unanswered);
        mute.set(false);
        SqlConnection next = get(connections.writing());
        assertEquals(1, get(next.query("SELECT 1").execute()).size());
        connections.giveBack(next);
        get(made.pool.close());
    }

    @Test
    void a_connection_is_given_up_though_its_server_is_busy_for_long() throws Exception {
        Made made = pool(server.port(), 1, Duration.ofSeconds(5));
        Connections connections = Connections.of(() -> made.pool);
        SqlConnection busy = get(connections.writing());
        Future<?> unanswered = busy.query("SELECT pg_sleep(60)").execute();
        Turn.giveUp(VERTX, connections, busy);
        failure(unanswered);
        SqlConnection next = get(connections.writing());
        assertEquals(1, get(next.query("SELECT 1").execute()).size());
        connections.giveBack(next);
        get(made.pool.close());
    }

    /** Such as a proxy whose database is away: it takes connections and says nothing. */
    @Test
    void a_connection_that_is_never_greeted_costs_the_pool_none() throws Exception {
        AtomicBoolean mute = new AtomicBoolean(true);
        Made made = pool(leading(mute), 8, Duration.ofMillis(200));
        assertInstanceOf(Failures.NotReached.class, failure(made.lending.borrow()));
        mute.set(false);
        await().atMost(Duration.ofSeconds(15))
                .until(() -> made.lending
                        .borrow()
                        .map(made.lending::giveBack)
                        .otherwise(false)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS));
        get(made.pool.close());
    }

    @Test
    void a_connection_that_was_opened_may_be_silent_for_long() throws Exception {
        Made made = pool(server.port(), 8, Duration.ofSeconds(5));
        SqlConnection open = get(made.lending.borrow());
        SocketConnectionBase socket = assertInstanceOf(SocketConnectionBase.class, Lane.raw(open));
        assertNull(socket.socket().channelHandlerContext().pipeline().get(IdleStateHandler.class));
        made.lending.giveBack(open);
        get(made.pool.close());
    }

    @Test
    void a_connection_that_the_server_ended_is_lent_to_nobody() throws Exception {
        Made made = pool(server.port(), 8, Duration.ofSeconds(5));
        Connections connections = Connections.of(() -> made.pool);
        Turn.Line line = new Turn.Line(
                VERTX,
                connections,
                new Breaker("r", OriginObserver.NONE, System::nanoTime),
                new AtomicInteger(),
                8,
                10_000);
        for (int round = 0; round < 20; round++) {
            Future<Integer> ended = turn(line, "SELECT pg_terminate_backend(pg_backend_pid())");
            Future<Integer> next = turn(line, "SELECT 1");
            assertTrue(Failures.connectionLost(failure(ended)));
            assertEquals(1, get(next));
        }
        get(made.pool.close());
    }

    /** It holds a cursor and a transaction. */
    @Test
    void what_was_opened_too_late_to_be_answered_is_discarded() throws Exception {
        Made made = pool(server.port(), 8, Duration.ofSeconds(5));
        Connections connections = Connections.of(() -> made.pool);
        Turn.Line line = new Turn.Line(
                VERTX,
                connections,
                new Breaker("r", OriginObserver.NONE, System::nanoTime),
                new AtomicInteger(),
                8,
                300);
        Promise<Turn.Holding> opening = Promise.promise();
        CompletableFuture<SqlConnection> discarded = new CompletableFuture<>();
        Future<Turn.Holding> late = new Turn<Turn.Holding>(
                        line, connection -> opening.future().onSuccess(opened -> connections.giveBack(connection)))
                .start(connections::writing);
        assertInstanceOf(Failures.TooSlow.class, failure(late));
        opening.complete(() -> discarded.complete(null));
        discarded.get(20, TimeUnit.SECONDS);
        get(made.pool.close());
    }

    private static Future<Integer> turn(Turn.Line line, String sql) {
        return new Turn<Integer>(
                        line, connection -> connection.query(sql).execute().map(rows -> rows.size()))
                .start(line.connections()::writing);
    }

    /** Who waits for a connection to be opened does not wait in a line. */
    @Test
    void a_database_that_says_nothing_is_not_an_overload() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Made made = pool(mute.getLocalPort(), 8, Duration.ofMillis(100));
            assertInstanceOf(Failures.NotReached.class, failure(made.lending.borrow()));
            assertEquals(0, made.heard.late.get());
            made.pool.close();
        }
        Made refused = pool(Ports.free(), 8, Duration.ofSeconds(10));
        Throwable problem = failure(refused.lending.borrow());
        assertTrue(!(problem instanceof Failures.Overloaded), problem::toString);
        assertEquals("open 0 used 0 waiting 0", refused.heard.now());
        get(refused.pool.close());
    }
}
