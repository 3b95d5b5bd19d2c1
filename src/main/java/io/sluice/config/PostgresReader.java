package io.sluice.config;

import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.SqlText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads declared SQL. */
final class PostgresReader {
    private static final long DEFAULT_TIMEOUT = 5_000_000;
    private static final int DEFAULT_MAX_ROWS = 1000;
    private static final int MOST_MAX_ROWS = 100_000;
    private static final List<String> LATER = List.of("page", "none");
    private static final Map<String, PostgresSpec.Returns> RETURNS = Map.of(
            "row", PostgresSpec.Returns.ROW, "rows", PostgresSpec.Returns.ROWS, "value", PostgresSpec.Returns.VALUE);

    private PostgresReader() {}

    /** Null when something could not be read, which was reported. */
    static TargetConfig.@Nullable Postgres read(Reading reading, Fields routeFields, String route) {
        Fields fields = routeFields.map("postgres", Keys.POSTGRES, "the postgres of route '" + route + "'");
        if (fields == null) {
            return null;
        }
        fields.require("sql");
        fields.require("returns");
        PostgresSpec.Returns returns = returns(fields, route);
        Long maxRows = fields.number("max-rows", 1, MOST_MAX_ROWS);
        if (fields.has("max-rows") && returns != PostgresSpec.Returns.ROWS) {
            fields.problem(
                    fields.keyPlace("max-rows"), fields.what("max-rows") + " is only for lists", "returns: rows");
        }
        Long timeout = fields.micros("timeout");
        Text sql = fields.text("sql");
        if (sql == null) {
            return null;
        }
        if (sql.value().isBlank()) {
            fields.bad("sql", sql);
            return null;
        }
        SqlText.Parsed parsed = SqlText.parse(sql.value());
        if (parsed instanceof SqlText.Parsed.Ok ok) {
            return new TargetConfig.Postgres(
                    new PostgresSpec(
                            route,
                            sql.value(),
                            returns,
                            maxRows == null ? DEFAULT_MAX_ROWS : maxRows.intValue(),
                            HttpReader.micros(timeout, DEFAULT_TIMEOUT)),
                    List.copyOf(ok.names()),
                    routeFields.keyPlace("postgres"),
                    sql::at);
        }
        SqlText.Parsed.Bad bad = (SqlText.Parsed.Bad) parsed;
        reading.problem(sql.at(bad.offset()), "bad SQL of route '" + route + "': " + bad.message(), null);
        return null;
    }

    /** A row where it could not be read, which was reported. */
    private static PostgresSpec.Returns returns(Fields fields, String route) {
        Text text = fields.text("returns");
        if (text != null && LATER.contains(text.value())) {
            fields.problem(
                    text.place(),
                    "returns '" + text.value() + "' of route '" + route + "' is not supported in this version",
                    fields.accepts("returns"));
        } else if (text != null) {
            fields.word("returns", List.of("row", "rows", "value"));
        }
        return text == null ? PostgresSpec.Returns.ROW : RETURNS.getOrDefault(text.value(), PostgresSpec.Returns.ROW);
    }
}
