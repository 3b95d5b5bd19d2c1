package io.sluice.origin.postgres;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import io.sluice.demo.Ports;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitListenerTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String MINE = " FROM pg_stat_activity WHERE application_name = '" + CommitSession.NAME + "'";
    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedPostgres server;

    private final RecordedCache cache = new RecordedCache();
    private final RecordedObserver observer = new RecordedObserver();
    private @Nullable CommitListener listener;

    @BeforeAll
    static void start(@TempDir Path work) {
        server = new EmbeddedPostgres(work);
    }

    @AfterAll
    static void stop() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    @AfterEach
    void close() {
        CommitListener started = listener;
        if (started != null) {
            started.close();
        }
        await().atMost(SOON).untilAsserted(() -> assertEquals(0, number("SELECT count(*)" + MINE)));
    }

    private static PgConnectOptions options(int port) {
        return new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
    }

    private void listen(int... ports) {
        List<PgConnectOptions> servers =
                IntStream.of(ports).mapToObj(CommitListenerTest::options).toList();
        listener = new CommitListener(VERTX, () -> servers, cache, observer).start();
        awaitListening(1);
    }

    private void awaitListening(int times) {
        await().atMost(SOON)
                .untilAsserted(() -> assertEquals(times, observer.listening.get(), observer.deaf::toString));
    }

    private static void sql(String sql) {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static long number(String sql) {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static void commit(String tag) {
        sql("NOTIFY sluice, '{\"tags\":[\"" + tag + "\"]}'");
    }

    private CompletableFuture<Boolean> caughtUp(Duration atMost) {
        return Objects.requireNonNull(listener).caughtUp(atMost).subscribeAsCompletionStage();
    }

    private void awaitAsked(List<?>... asked) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(List.of(asked), cache.asked()));
    }

    @Test
    void everything_goes_first_and_then_what_commits_say() {
        listen(server.port());
        assertEquals(List.of(RecordedCache.EVERYTHING), cache.asked());
        commit("a:1");
        awaitAsked(RecordedCache.EVERYTHING, List.of("a:1"));
        commit("a:é\\\\\\\"");
        awaitAsked(RecordedCache.EVERYTHING, List.of("a:1"), List.of("a:é\\\""));
    }

    @Test
    void a_connection_that_is_killed_is_made_anew_and_what_was_missed_is_voided_before_it_counts() {
        listen(server.port());
        cache.hold();
        assertEquals(1, number("SELECT count(pg_terminate_backend(pid))" + MINE));
        awaitAsked(RecordedCache.EVERYTHING, RecordedCache.EVERYTHING);
        assertEquals(1, observer.listening.get(), "not before the barrier is acknowledged");
        assertEquals(1, observer.deaf.size(), observer.deaf::toString);
        cache.release();
        awaitListening(2);
        commit("a:1");
        awaitAsked(RecordedCache.EVERYTHING, RecordedCache.EVERYTHING, List.of("a:1"));
    }

    @Test
    void a_server_that_is_away_is_tried_until_another_listens() {
        listen(Ports.free(), server.port());
        assertTrue(observer.deaf.size() >= 1, observer.deaf::toString);
    }

    @Test
    void a_store_that_fails_is_told_everything_when_it_is_back() {
        listen(server.port());
        cache.fail(3);
        commit("a:1");
        awaitAsked(
                RecordedCache.EVERYTHING,
                List.of("a:1"),
                RecordedCache.EVERYTHING,
                RecordedCache.EVERYTHING,
                RecordedCache.EVERYTHING);
    }

    @Test
    void what_cannot_be_understood_voids_everything() {
        listen(server.port());
        sql("NOTIFY sluice, 'product'");
        awaitAsked(RecordedCache.EVERYTHING, RecordedCache.EVERYTHING);
        assertEquals(List.of("product"), observer.misunderstood);
    }

    @Test
    void it_has_caught_up_when_all_that_was_committed_before_is_acknowledged() {
        listen(server.port());
        for (int i = 0; i < 100; i++) {
            commit("a:" + i);
            assertTrue(caughtUp(SOON).join());
            assertEquals(List.of("a:" + i), cache.asked().get(i + 1));
            assertEquals(i + 2, observer.invalidated.get(), "with everything, which comes first");
        }
    }

    @Test
    void it_has_not_caught_up_before_that_and_says_so_when_the_time_is_over() {
        listen(server.port());
        cache.hold();
        commit("a:1");
        assertEquals(false, caughtUp(Duration.ofMillis(50)).join());
        CompletableFuture<Boolean> patient = caughtUp(SOON);
        awaitAsked(RecordedCache.EVERYTHING, List.of("a:1"));
        cache.release();
        assertTrue(patient.join());
    }

    @Test
    void while_it_does_not_listen_nobody_waits_for_it() {
        listener = new CommitListener(VERTX, List::of, cache, observer).start();
        assertEquals(false, caughtUp(SOON).join());
        listener.close();
        assertEquals(false, caughtUp(SOON).join());
    }

    @Test
    void it_never_holds_a_transaction() {
        listen(server.port());
        await().atMost(SOON)
                .untilAsserted(() -> assertEquals(
                        1, number("SELECT count(*)" + MINE + " AND query LIKE '%pg_listening_channels%'")));
        await().during(Duration.ofMillis(1500))
                .atMost(SOON)
                .untilAsserted(() ->
                        assertEquals(0, number("SELECT count(*)" + MINE + " AND state LIKE 'idle in transaction%'")));
    }

    @Test
    void a_connection_over_which_nothing_comes_any_more_is_noticed() {
        List<NetSocket> sockets = new CopyOnWriteArrayList<>();
        NetServer between = VERTX.createNetServer().connectHandler(in -> {
            in.pause();
            VERTX.createNetClient().connect(server.port(), "127.0.0.1").onSuccess(out -> {
                sockets.add(in);
                sockets.add(out);
                in.pipeTo(out);
                out.pipeTo(in);
                in.resume();
            });
        });
        int port = between.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        listen(port);
        List<NetSocket> first = List.copyOf(sockets);
        first.forEach(NetSocket::pause);
        CompletableFuture<Boolean> asked = caughtUp(SOON);

        awaitListening(2);
        assertTrue(observer.deaf.get(0).contains("probe"), observer.deaf::toString);
        assertEquals(List.of(RecordedCache.EVERYTHING, RecordedCache.EVERYTHING), cache.asked());
        assertEquals(false, asked.join(), "nobody is left waiting");
        first.forEach(NetSocket::close);
        between.close().toCompletionStage().toCompletableFuture().join();
    }
}
