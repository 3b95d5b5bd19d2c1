package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.sluice.origin.postgres.SqlWriter.Text;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Has Postgres check a statement and tell its parameters' types, without running it. */
final class Describer {
    private static final AtomicLong NUMBER = new AtomicLong();

    private static final String TYPES = """
            SELECT format_type(t.oid, NULL),
                   quote_ident(n.nspname) || '.' || quote_ident(t.typname),
                   coalesce(b.typname, t.typname)::text,
                   t.typtype = 'p',
                   p.place::int
              FROM pg_prepared_statements s
             CROSS JOIN unnest(s.parameter_types::oid[]) WITH ORDINALITY p(oid, place)
              JOIN pg_type t ON t.oid = p.oid
              JOIN pg_namespace n ON n.oid = t.typnamespace
              LEFT JOIN pg_type b ON b.oid = t.typbasetype
             WHERE s.name = '%s'
             ORDER BY p.place""";

    private Describer() {}

    /**
     * What Postgres told.
     *
     * @param types of the slots that are to be learnt, in order
     * @param columns of what the declared statement returns
     */
    record Described(List<ParameterType> types, List<Column> columns) {}

    /**
     * All in one transaction that changes nothing, so that a pooler keeps it on one session.
     *
     * @return failed as Postgres failed
     */
    static Future<Described> describe(
            Transaction.Frame frame,
            SqlConnection connection,
            PostgresSpec spec,
            SqlTemplate template,
            Call.@Nullable Identity who) {
        Slots slots = Slots.of(template, spec);
        SqlWriter sql = SqlWriter.untyped();
        new Shape(spec, template, slots).describe(sql);
        Text text = sql.text();
        String name = "sluice_" + NUMBER.incrementAndGet() + "_" + Long.toHexString(System.nanoTime());
        String prefix = "PREPARE " + name + " AS ";
        return Transaction.looking(
                frame,
                connection,
                who,
                here -> here.query(prefix + text.sql())
                        .execute()
                        .recover(problem -> Future.failedFuture(
                                problem instanceof PgException refused
                                        ? new Refused(
                                                refused,
                                                template,
                                                slots,
                                                text,
                                                prefix.length() + Math.max(0, sql.declaredAt()))
                                        : problem))
                        .compose(prepared ->
                                here.query(TYPES.replace("%s", name)).execute())
                        .compose(rows -> {
                            for (Row row : rows) {
                                if (row.getBoolean(3)) {
                                    String whose = slots.name(text.slots()[row.getInteger(4) - 1]);
                                    return Future.failedFuture(new Refused(whose, row.getString(0)));
                                }
                            }
                            List<ParameterType> types = inOrder(rows, text, slots.learnt());
                            return here.query("DEALLOCATE " + name)
                                    .execute()
                                    .compose(gone -> Columns.of(here, template, name))
                                    .map(columns -> new Described(types, columns));
                        }));
    }

    private static List<ParameterType> inOrder(RowSet<Row> rows, Text text, int count) {
        ParameterType[] types = new ParameterType[count];
        int number = 0;
        for (Row row : rows) {
            types[text.slots()[number++]] = new ParameterType(row.getString(0), row.getString(1), row.getString(2));
        }
        return List.of(types);
    }

    /** Postgres' refusal in terms of the declared SQL. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        final String code;
        final int position;

        /** No text is a value of such a type, as of a row compared as a whole. */
        Refused(String name, String type) {
            super("the type of " + name + " is " + type + ", which no value can be told to be", null, false, false);
            code = "42P18";
            position = -1;
        }

        Refused(PgException problem, SqlTemplate template, Slots slots, Text text, int before) {
            super(message(problem, slots, text), null, false, false);
            code = problem.getSqlState();
            position = position(problem.getPosition(), template, before);
        }

        private static String message(PgException problem, Slots slots, Text text) {
            String message = Shape.said(problem.getErrorMessage());
            for (int i = text.slots().length; i > 0; i--) {
                message = message.replace("$" + i, ":" + slots.name(text.slots()[i - 1]));
            }
            return message;
        }

        private static int position(@Nullable String position, SqlTemplate template, int before) {
            try {
                int offset = position == null ? -1 : Integer.parseInt(position) - 1 - before;
                return offset < 0 ? -1 : template.declared(offset);
            } catch (NumberFormatException none) {
                return -1;
            }
        }
    }
}
