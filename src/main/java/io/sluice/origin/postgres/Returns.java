package io.sluice.origin.postgres;

import java.util.List;

/** The shape of an answer. */
public sealed interface Returns {
    /** The one row as a JSON object; none: 404. */
    record Row() implements Returns {}

    /** The one column of the one row as JSON; none: 404. */
    record Value() implements Returns {}

    /** Nothing: 204, or 404 where the statement changed no row. */
    record None() implements Returns {}

    /**
     * All rows as a JSON array, in their order; none: an empty one.
     *
     * @param most the most rows that it has; more are cut off, and said to be
     * @param whole bytes up to which it is held; a longer one is streamed
     */
    record Rows(int most, int whole) implements Returns {}

    /**
     * A part of the rows, with the way to the next.
     *
     * @param order what tells the rows apart and puts them in line; never empty
     * @param size how many rows a page has where its caller does not say
     * @param most how many a caller may ask for
     */
    record Page(Style style, List<SortKey> order, int size, int most, Total total) implements Returns {
        public Page {
            order = List.copyOf(order);
        }

        /** Those of a query that tell which page is meant. */
        public List<String> parameters() {
            return Paging.positions(this);
        }
    }

    /** How a page is asked for. */
    enum Style {
        /** By the number of rows before it. */
        OFFSET,
        /** By a signed token that tells nothing. */
        CURSOR,
        /** By the values of the last row before it, or of the first one behind it. */
        KEYSET
    }

    /** What is told of all rows together. */
    enum Total {
        NONE,
        /** As the planner expects. */
        ESTIMATED,
        /** Counted for each answer. */
        EXACT
    }

    /**
     * One column that rows are sorted by.
     *
     * @param column as the statement names it
     * @param nullsFirst where rows without a value stand; Postgres' own default is last, and first where descending
     */
    record SortKey(String column, boolean descending, boolean nullsFirst) {}
}
