package io.sluice.origin.postgres;

import java.util.List;
import java.util.stream.IntStream;

/** What preparing a route's statement came to. */
public sealed interface Prepared {
    /**
     * @param names the parameters' names
     * @param types their types, as Postgres spells them
     * @param columns of the statement that answers, in order; none where it returns nothing
     * @param findings what the guards found, where they were asked
     */
    record Ready(List<String> names, List<String> types, List<Column> columns, List<Finding> findings)
            implements Prepared {
        /** Each parameter with its type. */
        public List<Column> parameters() {
            return IntStream.range(0, names.size())
                    .mapToObj(i -> new Column(names.get(i), types.get(i)))
                    .toList();
        }
    }

    /**
     * Postgres refuses the statement: an error in the configuration.
     *
     * @param message Postgres' own
     * @param statement which of the route's, from 0
     * @param position where in the declared SQL, in characters from 0; -1 if Postgres did not say
     */
    record Refused(String message, int statement, int position) implements Prepared {}

    /** Postgres was not reached; the statement is prepared at its first use. */
    record Unreachable(String why) implements Prepared {}
}
