package io.sluice.origin.postgres;

/**
 * The statement around a declared one: Postgres renders the answer, whose bytes go to the client as they come. Its first column is
 * the body, and a second one, where there is one, says whether there were more rows than go into it.
 *
 * @param before stands before the declared SQL
 * @param after stands behind it, on a line of its own, so that a comment at the end of the declared SQL does not take it
 */
record Shape(String before, String after) {
    /** The declared statement has as many columns as this one. */
    private static final String ONE_COLUMN = "SELECT NULL WHERE false";

    static Shape of(PostgresSpec spec) {
        return switch (spec.returns()) {
            case ROW ->
                new Shape("SELECT convert_to(row_to_json(sluice_row)::text, 'UTF8') FROM (", "\n) sluice_row LIMIT 1");
            case ROWS ->
                new Shape(
                        "SELECT convert_to(coalesce(json_agg(sluice_json ORDER BY sluice_at) FILTER (WHERE sluice_at <= "
                                + spec.maxRows() + "), '[]')::text, 'UTF8'), count(*) > " + spec.maxRows()
                                + " FROM (SELECT row_to_json(sluice_row) AS sluice_json, row_number() OVER () AS sluice_at"
                                + " FROM (SELECT * FROM (",
                        // Below the numbering, through which Postgres would not tell a sort that it may stop early.
                        "\n) sluice_all LIMIT " + (spec.maxRows() + 1L) + ") sluice_row) sluice_rows");
            case VALUE ->
                new Shape(
                        "SELECT convert_to(coalesce(to_json(sluice_value)::text, 'null'), 'UTF8') FROM ((",
                        "\n) UNION ALL " + ONE_COLUMN + ") sluice_row(sluice_value) LIMIT 1");
        };
    }

    /** Postgres' word on a statement, in terms of what was declared. */
    static String said(String message) {
        return message.startsWith("each UNION query must have the same number of columns")
                ? "'returns: value' takes a statement with one column"
                : message;
    }
}
