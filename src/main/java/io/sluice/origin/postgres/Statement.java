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

    static Statement of(Shape shape, SqlTemplate template, List<ParameterType> types, int generation, long nanos) {
        String sql = template.render(
                place -> "($" + (place + 1) + "::text::" + types.get(place).cast() + ")");
        // Another text is another prepared statement on every connection.
        String mark = generation == 0 ? "" : " -- " + generation;
        return new Statement(shape.before() + sql + shape.after() + mark, template.names(), types, nanos);
    }
}
