package io.sluice.origin.postgres;

import io.sluice.origin.postgres.Returns.SortKey;
import java.util.List;
import java.util.function.Consumer;

/**
 * The statement around a declared one: Postgres renders the answer, whose bytes go to the client as they come. Its first column is the
 * body; lists and pages have more columns, which {@link Reading} knows.
 */
final class Shape {
    /** The rows of the declared statement. */
    static final String BASE = "sluice_base";

    /** The declared statement has as many columns as this one. */
    private static final String ONE_COLUMN = "SELECT NULL WHERE false";

    private static final String ROW = "convert_to(row_to_json(sluice_row)::text, 'UTF8')";

    private final PostgresSpec spec;
    private final SqlTemplate template;
    private final Slots slots;

    Shape(PostgresSpec spec, SqlTemplate template, Slots slots) {
        this.spec = spec;
        this.template = template;
        this.slots = slots;
    }

    /** What has Postgres check all that a call may add. */
    void describe(SqlWriter sql) {
        if (spec.filters().isEmpty() && slots.keys().isEmpty() && !slots.paged()) {
            write(sql, Variation.PLAIN);
            return;
        }
        base(
                sql.sql("SELECT row_to_json(sluice_row) FROM (SELECT * FROM "),
                new Variation(-1L, Variation.Way.FIRST, 0),
                keys -> {
                    for (int i = 0; i < slots.keys().size(); i++) {
                        keys.sql(" AND " + BASE + ".")
                                .name(slots.keys().get(i).column())
                                .sql(" > ")
                                .bind(slots.key(i));
                    }
                });
        if (spec.returns() instanceof Returns.Page page) {
            order(sql, page.order(), false);
        }
        sql.sql(") sluice_row");
    }

    /** The statement that answers calls of this kind. */
    void write(SqlWriter sql, Variation variation) {
        Returns returns = spec.returns();
        if (spec.writing() != null) {
            written(sql);
        } else if (returns instanceof Returns.Rows rows) {
            list(sql, rows, variation);
        } else if (returns instanceof Returns.Page page) {
            page(sql, page, variation);
        } else if (returns instanceof Returns.Value) {
            value(sql, "(", ")");
        } else {
            sql.sql("SELECT " + ROW + " FROM (").declared(template).sql(") sluice_row LIMIT 1");
        }
    }

    /** What changes rows stands at the top of a statement, or in its WITH. */
    private void written(SqlWriter sql) {
        if (spec.returns() instanceof Returns.Row) {
            sql.sql("WITH sluice_row AS (").declared(template).sql(") SELECT " + ROW + " FROM sluice_row LIMIT 1");
        } else if (spec.returns() instanceof Returns.Value) {
            sql.sql("WITH sluice_written AS (").declared(template).sql(") ");
            sql.sql(
                    "SELECT convert_to(coalesce(to_json(sluice_value)::text, 'null'), 'UTF8') FROM (SELECT * FROM sluice_written"
                            + " UNION ALL " + ONE_COLUMN + ") sluice_row(sluice_value) LIMIT 1");
        } else if (spec.returns() instanceof Returns.Rows rows) {
            sql.sql("WITH sluice_row AS (").declared(template).sql(") SELECT ");
            sql.sql("convert_to(coalesce(json_agg(sluice_json ORDER BY sluice_at) FILTER (WHERE sluice_at <= "
                    + rows.most() + "), '[]')::text, 'UTF8'), count(*) > " + rows.most()
                    + " FROM (SELECT row_to_json(sluice_row) AS sluice_json, row_number() OVER () AS sluice_at"
                    + " FROM sluice_row) sluice_rows");
        } else {
            sql.declared(template);
        }
    }

    private void value(SqlWriter sql, String before, String after) {
        sql.sql("SELECT convert_to(coalesce(to_json(sluice_value)::text, 'null'), 'UTF8') FROM (" + before)
                .declared(template)
                .sql(after + " UNION ALL " + ONE_COLUMN + ") sluice_row(sluice_value) LIMIT 1");
    }

    /** Held as far as may be; where there is more, that is said and nothing else. */
    private void list(SqlWriter sql, Returns.Rows rows, Variation variation) {
        sql.sql("SELECT convert_to(coalesce(json_agg(sluice_json ORDER BY sluice_at) FILTER (WHERE sluice_at <= "
                + rows.most()
                + " AND sluice_size <= " + rows.whole() + "), '[]')::text, 'UTF8'), count(*) > " + rows.most()
                + ", coalesce(max(sluice_size), 0) > " + rows.whole()
                + " FROM (SELECT sluice_json, row_number() OVER () AS sluice_at,"
                + " sum(octet_length(sluice_json::text)) OVER (ROWS UNBOUNDED PRECEDING) AS sluice_size FROM (");
        each(sql, rows, variation);
        sql.sql(") sluice_each) sluice_rows");
    }

    /** A row of the answer for each one. */
    void each(SqlWriter sql, Returns.Rows rows, Variation variation) {
        base(sql.sql("SELECT row_to_json(sluice_row) AS sluice_json FROM (SELECT * FROM "), variation, nothing -> {});
        // Below the numbering, through which Postgres would not tell a sort that it may stop early.
        sql.sql(" LIMIT " + (rows.most() + 1L) + ") sluice_row");
    }

    private void page(SqlWriter sql, Returns.Page page, Variation variation) {
        boolean back = variation.way() == Variation.Way.BEFORE;
        sql.sql("SELECT convert_to(coalesce(json_agg(sluice_json ORDER BY sluice_at" + (back ? " DESC" : "")
                        + ") FILTER (WHERE sluice_at <= ")
                .bind(slots.limit())
                .sql("), '[]')::text, 'UTF8'), count(*) > ")
                .bind(slots.limit());
        if (!slots.keys().isEmpty()) {
            sql.sql(
                            ", max(sluice_key) FILTER (WHERE sluice_at = 1), max(sluice_key) FILTER (WHERE sluice_at = least(sluice_count, ")
                    .bind(slots.limit())
                    .sql(")), max(sluice_key) FILTER (WHERE sluice_at = 1 + ")
                    .bind(slots.limit())
                    .sql(")");
        }
        if (page.total() == Returns.Total.EXACT) {
            base(sql.sql(", (SELECT count(*) FROM "), variation, nothing -> {});
            sql.sql(")");
        }
        sql.sql(" FROM (SELECT row_to_json(sluice_row) AS sluice_json, row_number() OVER () AS sluice_at");
        if (!slots.keys().isEmpty()) {
            sql.sql(", count(*) OVER () AS sluice_count, to_json(ARRAY[");
            for (int i = 0; i < slots.keys().size(); i++) {
                sql.sql(i == 0 ? "sluice_row." : ", sluice_row.")
                        .name(slots.keys().get(i).column())
                        .sql("::text");
            }
            sql.sql("])::text AS sluice_key");
        }
        rows(sql.sql(" FROM ("), page, variation);
        sql.sql(") sluice_row) sluice_rows");
    }

    /** A page's rows and one more, in the order in which they are found. */
    private void rows(SqlWriter sql, Returns.Page page, Variation variation) {
        if (variation.way() == Variation.Way.FIRST) {
            stretch(sql, page, variation, nothing -> {});
            if (page.style() == Returns.Style.OFFSET) {
                sql.sql(" OFFSET ").bind(slots.offset());
            }
            return;
        }
        List<Consumer<SqlWriter>> ranges = Ranges.of(variation, slots);
        if (ranges.isEmpty()) {
            stretch(sql, page, variation, none -> none.sql(" AND false"));
        } else if (ranges.size() == 1) {
            stretch(sql, page, variation, one -> ranges.get(0).accept(one.sql(" AND ")));
        } else {
            sql.sql("SELECT * FROM (");
            for (int i = 0; i < ranges.size(); i++) {
                Consumer<SqlWriter> range = ranges.get(i);
                stretch(sql.sql(i == 0 ? "(" : " UNION ALL ("), page, variation, one -> range.accept(one.sql(" AND ")));
                sql.sql(")");
            }
            sql.sql(") " + BASE);
            order(sql, page.order(), variation.way() == Variation.Way.BEFORE);
            sql.sql(" LIMIT 1 + ").bind(slots.limit());
        }
    }

    private void stretch(SqlWriter sql, Returns.Page page, Variation variation, Consumer<SqlWriter> where) {
        base(sql.sql("SELECT * FROM "), variation, where);
        order(sql, page.order(), variation.way() == Variation.Way.BEFORE);
        sql.sql(" LIMIT 1 + ").bind(slots.limit());
    }

    private static void order(SqlWriter sql, List<SortKey> keys, boolean back) {
        for (int i = 0; i < keys.size(); i++) {
            SortKey key = keys.get(i);
            boolean descending = key.descending() != back;
            boolean nullsFirst = key.nullsFirst() != back;
            sql.sql(i == 0 ? " ORDER BY " : ", ")
                    .sql(BASE + ".")
                    .name(key.column())
                    .sql(descending ? " DESC" : "");
            if (nullsFirst != descending) {
                sql.sql(nullsFirst ? " NULLS FIRST" : " NULLS LAST");
            }
        }
    }

    /** The declared rows as far as they are asked for. */
    void base(SqlWriter sql, Variation variation, Consumer<SqlWriter> where) {
        sql.sql("(").declared(template).sql(") " + BASE + " WHERE true");
        List<Filter> filters = slots.filters();
        for (int i = 0; i < filters.size(); i++) {
            if (variation.has(i)) {
                Filter filter = filters.get(i);
                boolean in = filter.operator() == Filter.Operator.IN;
                sql.sql(" AND " + BASE + ".").name(filter.column()).sql(filter.operator().sql + (in ? "(" : ""));
                sql.bind(slots.filter(i)).sql(in ? ")" : "");
            }
        }
        where.accept(sql);
    }

    /** Postgres' word on a statement, in terms of what was declared. */
    static String said(String message) {
        return message.startsWith("each UNION query must have the same number of columns")
                ? "'returns: value' takes a statement with one column"
                : message;
    }
}
