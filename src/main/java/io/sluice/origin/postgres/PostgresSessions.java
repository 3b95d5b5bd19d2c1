package io.sluice.origin.postgres;

import io.vertx.pgclient.PgConnectOptions;
import java.util.Map;

/** What every session must have pinned, so that the same row is the same bytes on every instance. */
public final class PostgresSessions {
    private static final Map<String, String> PINNED = Map.of(
            "TimeZone", "UTC",
            "DateStyle", "ISO, MDY",
            "IntervalStyle", "postgres",
            "extra_float_digits", "1",
            "bytea_output", "hex");

    private PostgresSessions() {}

    /** Adds the pinned settings to the start-up message; to be called before the pool is made. */
    public static PgConnectOptions pin(PgConnectOptions options) {
        PINNED.forEach(options::addProperty);
        return options;
    }
}
