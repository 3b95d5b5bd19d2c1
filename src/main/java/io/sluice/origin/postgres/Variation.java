package io.sluice.origin.postgres;

/**
 * What of a statement's text depends on a call.
 *
 * @param filters a bit for each one that is asked for
 * @param way where a page lies
 * @param nulls a bit for each column of the order that has no value in the row that a page begins behind
 */
record Variation(long filters, Way way, long nulls) {
    static final Variation PLAIN = new Variation(0, Way.FIRST, 0);

    enum Way {
        FIRST,
        AFTER,
        BEFORE
    }

    boolean has(int filter) {
        return (filters & 1L << filter) != 0;
    }

    boolean isNull(int key) {
        return (nulls & 1L << key) != 0;
    }
}
