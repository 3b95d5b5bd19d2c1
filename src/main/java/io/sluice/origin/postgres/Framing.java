package io.sluice.origin.postgres;

import java.util.List;

/** What a statement does with the transaction that it stands in (Postgres manual, part VI). */
enum Framing {
    NONE,
    BEGIN,
    COMMIT,
    ROLLBACK,
    COMMIT_AND_CHAIN,
    ROLLBACK_AND_CHAIN,
    /** Sets a savepoint, goes back to one, or gives one up. */
    SAVEPOINT,
    /** Of a transaction in two phases. */
    PREPARED;

    static Framing of(SqlScript.Step step) {
        return switch (step.word()) {
            case "BEGIN", "START" -> BEGIN;
            case "SAVEPOINT", "RELEASE" -> SAVEPOINT;
            case "PREPARE" -> step.word(1).equals("TRANSACTION") ? PREPARED : NONE;
            case "COMMIT", "END" -> end(step, COMMIT, COMMIT_AND_CHAIN);
            case "ROLLBACK", "ABORT" -> end(step, ROLLBACK, ROLLBACK_AND_CHAIN);
            default -> NONE;
        };
    }

    private static Framing end(SqlScript.Step step, Framing plain, Framing chained) {
        List<String> words = step.words();
        boolean noise = step.word(1).equals("WORK") || step.word(1).equals("TRANSACTION");
        List<String> rest = words.subList(noise ? 2 : 1, words.size());
        String next = rest.isEmpty() ? "" : rest.get(0);
        if (next.equals("AND") && rest.size() > 1 && rest.get(1).equals("CHAIN")) {
            return chained;
        }
        return next.equals("TO") ? SAVEPOINT : next.equals("PREPARED") ? PREPARED : plain;
    }
}
