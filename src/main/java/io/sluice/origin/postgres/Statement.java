package io.sluice.origin.postgres;

import java.util.List;

/**
 * A route's statement with what Postgres told of it.
 *
 * @param sql to be executed with every parameter as text: {@code ($1::text::pg_catalog.int8)}. The cast to the learnt type
 *     makes the plan the one of a typed parameter, and takes every type Postgres has, enums and domains too.
 * @param names the parameters' names
 * @param types their types
 * @param learntNanos when, on the origin's clock
 */
record Statement(String sql, List<String> names, List<ParameterType> types, long learntNanos) {

    /** Postgres renders the row: its bytes go to the client as they come. */
    static final String BEFORE = "SELECT convert_to(row_to_json(sluice_row)::text, 'UTF8') FROM (";

    /** On a line of its own, so that a comment at the end of the declared SQL does not take it. */
    static final String AFTER = "\n) sluice_row LIMIT 1";

    static Statement of(SqlTemplate template, List<ParameterType> types, int generation, long nanos) {
        String sql = template.render(
                place -> "($" + (place + 1) + "::text::" + types.get(place).cast() + ")");
        // Another text is another prepared statement on every connection.
        String mark = generation == 0 ? "" : " -- " + generation;
        return new Statement(BEFORE + sql + AFTER + mark, template.names(), types, nanos);
    }
}
