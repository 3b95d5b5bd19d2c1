package io.sluice.origin.postgres;

import org.jspecify.annotations.Nullable;

/**
 * What a route's statements must keep to.
 *
 * @param strict whether what they do not keep to is an error; else it is a warning
 * @param maxCost the planner's estimate, in its own units, above which a statement is too expensive; null: none
 * @param readOnly whether Postgres is to refuse what a read changes: calls of functions that write, and of {@code nextval}
 */
public record Guards(boolean strict, @Nullable Double maxCost, boolean readOnly) {
    public static final Guards LENIENT = new Guards(false, null, true);

    /** Of a read that changes nothing. */
    public Guards(boolean strict, @Nullable Double maxCost) {
        this(strict, maxCost, true);
    }

    /** How a read's own transaction begins. */
    String begin() {
        return readOnly ? "BEGIN READ ONLY" : "BEGIN READ WRITE";
    }
}
