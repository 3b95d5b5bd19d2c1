package io.sluice.origin.postgres;

import java.util.Map;

/**
 * How many rows tables have, as Postgres counted them when it last looked.
 *
 * @param rows by the table's schema and name, with a dot between; negative: it never looked
 */
record Tables(Map<String, Double> rows) {
    /** Rows from which on a plan that reads all of them is worth a word. */
    static final double LARGE = 10_000;

    boolean isLarge(String table) {
        return rows.getOrDefault(table, -1.0) >= LARGE;
    }

    /** Whether nothing is known of it: it was never analysed, or was empty then. */
    boolean isUnknown(String table) {
        return rows.getOrDefault(table, -1.0) <= 0;
    }

    double count(String table) {
        return rows.getOrDefault(table, 0.0);
    }
}
