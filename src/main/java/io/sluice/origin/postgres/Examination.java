package io.sluice.origin.postgres;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a database said of routes, and of what a migration would make of them. */
public sealed interface Examination {
    /**
     * @param before by route, as the database is
     * @param after as the migration would leave it; null: there is none
     * @param skipped of the migration
     */
    record Done(Map<String, Prepared> before, @Nullable Map<String, Prepared> after, List<Skipped> skipped)
            implements Examination {}

    /** A statement that was not run. */
    record Skipped(SqlScript.Step step, String why) {}

    /** The migration itself fails. */
    record Failed(SqlScript.Step step, String why) implements Examination {}

    /** There is no database to ask. */
    record Unreachable(String why) implements Examination {}
}
