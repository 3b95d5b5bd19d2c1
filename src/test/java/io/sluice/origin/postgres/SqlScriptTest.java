package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
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
    void to_prepare_a_transaction_is_no_prepared_statement() {
        assertEquals(
                List.of(
                        "1 PREPARE TRANSACTION: prepare /* x */ Transaction 'a'",
                        "1 PREPARE: PREPARE transaction_of AS SELECT 1",
                        "1 PREPARE: PREPARE a AS SELECT 1 AS transaction"),
                cut(
                        "prepare /* x */ Transaction 'a'; PREPARE transaction_of AS SELECT 1; PREPARE a AS SELECT 1 AS transaction"));
    }

    @Test
    void what_does_not_end_is_for_postgres_to_refuse() {
        assertEquals(List.of("1 SELECT: SELECT 'a; b"), cut("SELECT 'a; b"));
        assertEquals(List.of(), cut(" -- nothing\n"));
    }
}
