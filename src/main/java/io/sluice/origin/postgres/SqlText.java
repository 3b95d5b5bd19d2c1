package io.sluice.origin.postgres;

import java.util.List;

/** Turns SQL with {@code :name} parameters into SQL with {@code $1}, as Postgres numbers them. */
public final class SqlText {
    private SqlText() {}

    /** What parsing came to. */
    public sealed interface Parsed {
        /**
         * @param text the SQL with numbered parameters
         * @param names the parameters' names; the first is {@code $1}
         */
        record Ok(String text, List<String> names) implements Parsed {}

        /**
         * @param message what is wrong
         * @param offset where, in characters from the start of the SQL
         */
        record Bad(String message, int offset) implements Parsed {}
    }

    public static Parsed parse(String sql) {
        throw new UnsupportedOperationException(sql);
    }
}
