package io.sluice.origin.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What every session must have pinned, so that the same row is the same bytes on every instance. */
public final class PostgresSessions {
    /** Start-up parameters, as every supported Postgres takes them. */
    public static final Map<String, String> PINNED = Map.of(
            "TimeZone", "UTC",
            "DateStyle", "ISO, MDY",
            "IntervalStyle", "postgres",
            "extra_float_digits", "1",
            "bytea_output", "hex",
            // As declared SQL is read here: else a string might end elsewhere.
            "standard_conforming_strings", "on",
            // What a caller's claims fall back to behind a transaction: as text it would be empty, and no JSON.
            "request.jwt.claims", "{}");

    private static final String PINS = new TreeMap<>(PINNED)
            .entrySet().stream()
                    .map(one -> ";SET LOCAL " + one.getKey() + "='" + one.getValue() + "'")
                    .collect(Collectors.joining());

    private static final String TIMEOUT = "statement_timeout";

    /** Characters of a statement that stays prepared. */
    private static final int LONGEST_KEPT = 65_536;

    private PostgresSessions() {}

    /**
     * Pins a pool's sessions; to be called before the pool is made. What writes says so when it begins: what only reads is held to
     * that by Postgres, and costs no statement for it.
     *
     * @param backstop the server's own limit on a statement, longer than any route's: it ends what a gateway that died
     *     left running
     */
    public static PgConnectOptions pin(PgConnectOptions options, Duration backstop) {
        PINNED.forEach(options::addProperty);
        options.addProperty(TIMEOUT, Long.toString(backstop.toMillis()));
        options.addProperty("default_transaction_read_only", "on");
        // Pages of several stretches say their statement as often: longer than the client would keep by itself.
        return options.setCachePreparedStatements(true).setPreparedStatementCacheSqlLimit(LONGEST_KEPT);
    }

    /**
     * For sessions that a pooler lends by the transaction: it takes few start-up parameters, and a prepared statement is gone with the
     * session. What is pinned is said in each transaction instead.
     */
    static PgConnectOptions share(PgConnectOptions options) {
        PINNED.keySet().forEach(options.getProperties()::remove);
        return options.setCachePreparedStatements(false).setUseLayer7Proxy(true);
    }

    /**
     * What {@link #pin} pins, as statements that follow a {@code BEGIN}.
     *
     * @param timeout after which Postgres ends each statement behind them
     */
    static String pins(Duration timeout) {
        return PINS + ";SET LOCAL " + TIMEOUT + "=" + Math.max(1, timeout.toMillis());
    }

    /** Whether Postgres answers a statement that costs nothing, within some time; never fails. */
    public static Uni<Boolean> answers(Pool pool, Duration patience) {
        return Uni.createFrom()
                .completionStage(() -> pool.getConnection()
                        .compose(connection -> answers(connection, patience))
                        .toCompletionStage())
                .replaceWith(true)
                .ifNoItem()
                .after(patience)
                .recoverWithItem(false)
                .onFailure()
                .recoverWithItem(false);
    }

    /** One that does not answer is given up: nobody else would get an answer there. */
    private static Future<Void> answers(SqlConnection connection, Duration patience) {
        return connection
                .query("SELECT 1")
                .execute()
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(answered -> RotatingPool.giveBack(connection))
                .onFailure(silent -> Lane.close(connection).onComplete(closed -> connection.close()))
                .mapEmpty();
    }
}
