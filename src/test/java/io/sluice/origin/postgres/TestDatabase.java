package io.sluice.origin.postgres;

import io.sluice.demo.EmbeddedPostgres;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A real Postgres for the tests of a class, and a pool of sessions as the gateway has them. */
final class TestDatabase implements AutoCloseable {
    final EmbeddedPostgres server;
    final Pool pool;
    private final Vertx vertx;

    /**
     * @param vertx ends with it
     * @param most connections at once
     */
    TestDatabase(Path work, Vertx vertx, int most) {
        this.vertx = vertx;
        server = new EmbeddedPostgres(work);
        pool = pool("postgres", most);
    }

    /** Another pool, of a user whose password is its name. */
    Pool pool(String user, int most) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setDatabase("postgres")
                .setUser(user)
                .setPassword(user);
        return PgBuilder.pool()
                .using(vertx)
                .connectingTo(PostgresSessions.pin(options, Duration.ofSeconds(60)))
                .with(new PoolOptions().setMaxSize(most))
                .build();
    }

    void sql(String sql) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row. */
    String one(String sql) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new IllegalStateException("no row: " + sql);
            }
            return rows.getString(1);
        }
    }

    int number(String sql) throws SQLException {
        return Integer.parseInt(one(sql));
    }

    /** From an event loop, as the gateway asks. */
    static Answer ask(Context loop, PostgresOrigin origin, Call call) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        loop.runOnContext(here -> origin.ask(call).subscribe().with(answer::complete, answer::completeExceptionally));
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        get(pool.close());
        get(vertx.close());
        server.close();
    }
}
