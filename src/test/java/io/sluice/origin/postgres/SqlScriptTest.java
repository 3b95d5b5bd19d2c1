package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SqlScriptTest {
    private static List<String> cut(String text) {
        return SqlScript.of("f.sql", text).steps().stream()
                .map(step -> step.line() + " " + step.word() + ": " + step.sql())
                .toList();
    }

    @Test
    void statements_end_at_semicolons_that_are_not_quoted() {
        assertEquals(
                List.of(
                        "2 ALTER: ALTER TABLE a -- not; here\n ADD b text DEFAULT ';'",
                        "3 SELECT: select \"x;y\" /* ; /* ; */ ; */",
                        "4 SELECT: SELECT 1"),
                cut(
                        "-- first;\nALTER TABLE a -- not; here\n ADD b text DEFAULT ';'; select \"x;y\" /* ; /* ; */ ; */;;\nSELECT 1\n"));
    }

    @Test
    void bodies_of_functions_are_whole() {
        assertEquals(
                List.of(
                        "1 CREATE: CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $x$ BEGIN; RETURN 1; END $x$",
                        "2 CREATE: CREATE FUNCTION g(int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN $1 > 0 THEN 1 END; SELECT 2; END",
                        "3 BEGIN: BEGIN",
                        "3 END: END"),
                cut("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $x$ BEGIN; RETURN 1; END $x$;\n"
                        + "CREATE FUNCTION g(int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN $1 > 0 THEN 1 END; SELECT 2; END;\n"
                        + "BEGIN; END;"));
    }

    @Test
    void what_psql_alone_knows_is_a_step_of_one_line() {
        assertEquals(List.of("1 : \\set x 1", "2 SELECT: SELECT 1"), cut("\\set x 1\nSELECT 1;"));
    }

    @Test
    void what_a_statement_does_with_its_transaction_is_told_by_its_words() {
        Map<String, Framing> framings = new LinkedHashMap<>();
        framings.put("prepare /* x */ Transaction 'a'", Framing.PREPARED);
        framings.put("PREPARE transaction_of AS SELECT 1", Framing.NONE);
        framings.put("PREPARE a AS SELECT 1 AS transaction", Framing.NONE);
        framings.put("start transaction isolation level serializable", Framing.BEGIN);
        framings.put("COMMIT", Framing.COMMIT);
        framings.put("END work", Framing.COMMIT);
        framings.put("COMMIT PREPARED 'a'", Framing.PREPARED);
        framings.put("ROLLBACK PREPARED 'a'", Framing.PREPARED);
        framings.put("Commit Transaction and -- so\n chain", Framing.COMMIT_AND_CHAIN);
        framings.put("COMMIT AND NO CHAIN", Framing.COMMIT);
        framings.put("abort", Framing.ROLLBACK);
        framings.put("ROLLBACK AND CHAIN", Framing.ROLLBACK_AND_CHAIN);
        framings.put("ROLLBACK WORK TO SAVEPOINT \"commit\"", Framing.SAVEPOINT);
        framings.put("rollback to a", Framing.SAVEPOINT);
        framings.put("SAVEPOINT a", Framing.SAVEPOINT);
        framings.put("RELEASE a", Framing.SAVEPOINT);
        framings.forEach((sql, framing) -> {
            List<SqlScript.Step> steps = SqlScript.of("f.sql", sql + ";").steps();
            assertEquals(1, steps.size());
            assertEquals(framing, Framing.of(steps.get(0)), sql);
        });
    }

    @Test
    void what_does_not_end_is_for_postgres_to_refuse() {
        assertEquals(List.of("1 SELECT: SELECT 'a; b"), cut("SELECT 'a; b"));
        assertEquals(List.of(), cut(" -- nothing\n"));
    }
}
