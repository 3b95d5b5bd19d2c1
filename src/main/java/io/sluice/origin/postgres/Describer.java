package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Has Postgres check a statement and tell its parameters' types, without running it. */
final class Describer {
    private static final AtomicLong NUMBER = new AtomicLong();

    private static final String TYPES = """
            SELECT format_type(t.oid, NULL),
                   quote_ident(n.nspname) || '.' || quote_ident(t.typname),
                   coalesce(b.typname, t.typname)::text
              FROM pg_prepared_statements s
             CROSS JOIN unnest(s.parameter_types::oid[]) WITH ORDINALITY p(oid, place)
              JOIN pg_type t ON t.oid = p.oid
              JOIN pg_namespace n ON n.oid = t.typnamespace
              LEFT JOIN pg_type b ON b.oid = t.typbasetype
             WHERE s.name = '%s'
             ORDER BY p.place""";

    private Describer() {}

    /** @return the parameters' types in order; failed as Postgres failed */
    static Future<List<ParameterType>> describe(SqlConnection connection, Shape shape, SqlTemplate template) {
        String name = "sluice_" + NUMBER.incrementAndGet() + "_" + Long.toHexString(System.nanoTime());
        String prefix = "PREPARE " + name + " AS " + shape.before();
        String prepare = prefix + template.numbered() + shape.after();
        return connection
                .query(prepare)
                .execute()
                .recover(problem -> Future.failedFuture(
                        problem instanceof PgException refused
                                ? new Refused(refused, template, prefix.length())
                                : problem))
                .compose(prepared -> connection.query(TYPES.replace("%s", name)).execute())
                .compose(rows -> {
                    List<ParameterType> types = new ArrayList<>();
                    for (Row row : rows) {
                        types.add(new ParameterType(row.getString(0), row.getString(1), row.getString(2)));
                    }
                    return connection.query("DEALLOCATE " + name).execute().map(List.copyOf(types));
                });
    }

    /** Postgres' refusal in terms of the declared SQL. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        final String code;
        final int position;

        Refused(PgException problem, SqlTemplate template, int before) {
            super(message(problem, template), null, false, false);
            code = problem.getSqlState();
            position = position(problem.getPosition(), template, before);
        }

        private static String message(PgException problem, SqlTemplate template) {
            String message = Shape.said(problem.getErrorMessage());
            for (int i = template.names().size(); i > 0; i--) {
                message = message.replace("$" + i, ":" + template.names().get(i - 1));
            }
            return message;
        }

        private static int position(
                @org.jspecify.annotations.Nullable String position, SqlTemplate template, int before) {
            try {
                int offset = position == null ? -1 : Integer.parseInt(position) - 1 - before;
                return offset < 0 ? -1 : template.declared(offset);
            } catch (NumberFormatException none) {
                return -1;
            }
        }
    }
}
