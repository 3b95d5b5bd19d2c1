package io.sluice.origin.postgres;

import java.time.Duration;

/**
 * A declared SQL read route.
 *
 * @param route the route's name, for messages
 * @param sql one SELECT with {@code :name} parameters
 * @param returns the shape of the answer
 * @param maxRows the most rows that a list has; more are cut off, and said to be
 * @param timeout for waiting for a connection and running the statement together
 */
public record PostgresSpec(String route, String sql, Returns returns, int maxRows, Duration timeout) {
    /** The shape of an answer. */
    public enum Returns {
        /** The one row as a JSON object; none: 404. */
        ROW,
        /** All rows as a JSON array, in their order; none: an empty one. */
        ROWS,
        /** The one column of the one row as JSON; none: 404. */
        VALUE
    }
}
