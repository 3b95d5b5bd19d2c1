package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.desc.ColumnDescriptor;
import io.vertx.sqlclient.impl.RowDesc;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import io.vertx.sqlclient.impl.command.PrepareStatementCommand;
import java.util.ArrayList;
import java.util.List;

/**
 * Has Postgres tell what a declared statement returns, without running it. The names come with the description of an unnamed prepared
 * statement, which the next one replaces; that tells domains as the types beneath, and the client does not hand out what else it tells, so
 * the types come from the catalogue of prepared statements, which has them from 16 on.
 */
final class Columns {
    private static final String TYPES = """
            SELECT t.name
              FROM pg_prepared_statements s
             CROSS JOIN jsonb_array_elements_text(coalesce(nullif(to_jsonb(s) -> 'result_types', 'null'), '[]'))
                   WITH ORDINALITY t(name, place)
             WHERE s.name = '%s'
             ORDER BY t.place""";

    private Columns() {}

    /** @param name of a statement that is to be prepared for a moment */
    static Future<List<Column>> of(SqlConnection connection, SqlTemplate template, String name) {
        String bare = SqlWriter.untyped().declared(template).text().sql();
        Future<RowDesc> described = describe(connection, bare);
        return connection
                .query("PREPARE " + name + " AS " + bare)
                .execute()
                .compose(prepared -> connection.query(TYPES.replace("%s", name)).execute())
                .compose(types -> connection
                        .query("DEALLOCATE " + name)
                        .execute()
                        .compose(gone -> described)
                        .map(names -> columns(names, types)));
    }

    private static Future<RowDesc> describe(SqlConnection connection, String sql) {
        return ((SqlConnectionInternal) connection)
                .unwrap()
                .schedule((ContextInternal) Vertx.currentContext(), new PrepareStatementCommand(sql, null, false))
                .map(statement -> statement.rowDesc());
    }

    private static List<Column> columns(RowDesc names, RowSet<Row> types) {
        List<Column> columns = new ArrayList<>();
        List<String> told = new ArrayList<>();
        types.forEach(row -> told.add(row.getString(0)));
        if (names == null) {
            return columns;
        }
        List<ColumnDescriptor> described = names.columnDescriptor();
        for (int i = 0; i < described.size(); i++) {
            columns.add(new Column(described.get(i).name(), told.size() == described.size() ? told.get(i) : ""));
        }
        return List.copyOf(columns);
    }
}
