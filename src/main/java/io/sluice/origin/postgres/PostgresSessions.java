package io.sluice.origin.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.Map;

/** What every session must have pinned, so that the same row is the same bytes on every instance. */
public final class PostgresSessions {
    /** Start-up parameters, as every supported Postgres takes them. */
    public static final Map<String, String> PINNED = Map.of(
            "TimeZone", "UTC",
            "DateStyle", "ISO, MDY",
            "IntervalStyle", "postgres",
            "extra_float_digits", "1",
            "bytea_output", "hex");

    private PostgresSessions() {}

    /**
     * Pins a pool's sessions; to be called before the pool is made.
     *
     * @param backstop the server's own limit on a statement, longer than any route's: it ends what a gateway that died
     *     left running
     */
    public static PgConnectOptions pin(PgConnectOptions options, Duration backstop) {
        PINNED.forEach(options::addProperty);
        options.addProperty("statement_timeout", Long.toString(backstop.toMillis()));
        return options.setCachePreparedStatements(true);
    }

    /** Whether Postgres answers a statement that costs nothing, within some time; never fails. */
    public static Uni<Boolean> answers(Pool pool, Duration patience) {
        return Uni.createFrom()
                .completionStage(
                        () -> pool.query("SELECT 1").execute().mapEmpty().toCompletionStage())
                .replaceWith(true)
                .ifNoItem()
                .after(patience)
                .recoverWithItem(false)
                .onFailure()
                .recoverWithItem(false);
    }
}
