package io.sluice.origin.postgres;

import java.time.Duration;

/**
 * A declared SQL read route.
 *
 * @param route the route's name, for messages
 * @param sql one SELECT with {@code :name} parameters
 * @param returns the shape of the answer
 * @param timeout for waiting for a connection and running the statement together
 */
public record PostgresSpec(String route, String sql, Returns returns, Duration timeout) {
    /** The shape of an answer. */
    public enum Returns {
        /** The one row as a JSON object; none: 404. */
        ROW
    }
}
