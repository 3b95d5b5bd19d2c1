package io.sluice.config;

import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.SqlText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads declared SQL. */
final class PostgresReader {
    private static final long DEFAULT_TIMEOUT = 5_000_000;
    private static final List<String> LATER = List.of("page", "rows", "value", "none");

    private PostgresReader() {}

    /** Null when something could not be read, which was reported. */
    static TargetConfig.@Nullable Postgres read(Reading reading, Fields routeFields, String route) {
        Fields fields = routeFields.map("postgres", Keys.POSTGRES, "the postgres of route '" + route + "'");
        if (fields == null) {
            return null;
        }
        fields.require("sql");
        fields.require("returns");
        returns(fields, route);
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
                            route, sql.value(), PostgresSpec.Returns.ROW, HttpReader.micros(timeout, DEFAULT_TIMEOUT)),
                    List.copyOf(ok.names()),
                    routeFields.keyPlace("postgres"),
                    sql::at);
        }
        SqlText.Parsed.Bad bad = (SqlText.Parsed.Bad) parsed;
        reading.problem(sql.at(bad.offset()), "bad SQL of route '" + route + "': " + bad.message(), null);
        return null;
    }

    private static void returns(Fields fields, String route) {
        Text text = fields.text("returns");
        if (text != null && LATER.contains(text.value())) {
            fields.problem(
                    text.place(),
                    "returns '" + text.value() + "' of route '" + route + "' is not supported in this version",
                    fields.accepts("returns"));
        } else if (text != null) {
            fields.word("returns", List.of("row"));
        }
    }
}
