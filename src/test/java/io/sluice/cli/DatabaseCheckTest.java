package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} with a real database. */
class DatabaseCheckTest {
    private static EmbeddedPostgres server;
    private static String url;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path folder = Path.of(".");

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        server = new EmbeddedPostgres(work);
        url = server.url().replace("//", "//postgres@");
        sql(
                "CREATE TABLE ware (id int PRIMARY KEY, name text, price int, kind text)",
                "INSERT INTO ware SELECT i, 'n' || i, i % 977, 'k' || i % 5000 FROM generate_series(1, 30000) i",
                "ANALYZE ware");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void folder(@TempDir Path own) {
        folder = own;
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private static final String ROUTES = """
            routes:
              one:
                path: /one/{id}
                cache: { ttl: 1m }
                postgres: { sql: "SELECT id, name, price FROM ware WHERE id = :id", returns: row }
              all:
                path: /all
                postgres: { sql: "SELECT * FROM ware ORDER BY id", returns: rows }
              put:
                path: /one/{id}
                methods: [PUT]
                postgres:
                  sql: UPDATE ware SET price = :body.price WHERE id = :id RETURNING id, name, price
                  returns: row
                  writes-through: one
            """;

    private int check(String yaml, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "check", Files.writeString(folder.resolve("s.yaml"), yaml).toString()));
        args.addAll(List.of(more));
        return SluiceCommand.run(
                args.toArray(new String[0]),
                () -> 42,
                Map.of(
                        "PGPASSWORD", "postgres",
                        "QUARKUS_DATASOURCE_REACTIVE_URL", server.url(),
                        "QUARKUS_DATASOURCE_USERNAME", "postgres",
                        "QUARKUS_DATASOURCE_PASSWORD", "postgres")::get,
                new PrintWriter(out),
                new PrintWriter(err));
    }

    private int migrate(String yaml, String migration) throws IOException {
        Path file = Files.writeString(folder.resolve("V2.sql"), migration);
        return check(yaml, "--database", url, "--migration", file.toString());
    }

    private void said(StringWriter where, String... parts) {
        for (String part : parts) {
            assertTrue(where.toString().contains(part), () -> out + "\n" + err);
        }
    }

    @Test
    void statements_that_postgres_takes_are_fine() throws IOException {
        assertEquals(0, check(ROUTES, "--database", url), err::toString);
        said(out, "3 routes, fine");
        assertEquals(0, check(ROUTES, "--database", "vertx-reactive:" + url), "as Quarkus writes it");
        assertEquals(0, check(ROUTES, "--database"), "the one that is configured");
        Path password = Files.writeString(folder.resolve("password"), "postgres\n");
        assertEquals(0, check(ROUTES, "--database", url, "--password-file", password.toString()));
        assertEquals("", err.toString());
    }

    @Test
    void a_refused_statement_is_told_with_line_and_column() throws IOException {
        assertEquals(
                1,
                check(ROUTES.replace("name, price FROM ware WHERE", "nam, price FROM ware WHERE"), "--database", url));
        said(err, "s.yaml:5:34: Postgres refuses the SQL of route 'one': column \"nam\" does not exist");
    }

    @Test
    void what_is_written_through_has_the_columns_of_its_read() throws IOException {
        assertEquals(
                1,
                check(
                        ROUTES.replace("RETURNING id, name, price", "RETURNING id, price::int8, kind"),
                        "--database",
                        url));
        said(
                err,
                "writes through 'one' and returns other columns: 'name' is missing, 'price' is bigint and not integer, 'kind' is not one of its columns");
    }

    @Test
    void guards_warn_and_strict_ones_refuse() throws IOException {
        String route = """
                routes:
                  kind:
                    path: /kind/{kind}
                    postgres: { sql: "SELECT * FROM ware WHERE kind = :kind", returns: rows }
                """;
        assertEquals(0, check(route, "--database", url));
        said(out, "s.yaml:4:23: warning: route 'kind': ", "CREATE INDEX CONCURRENTLY ON public.ware (kind)");
        assertEquals(1, check(route.replace("returns: rows", "returns: rows, strict: true"), "--database", url));
        said(err, "s.yaml:4:23: route 'kind': ", "CREATE INDEX CONCURRENTLY ON public.ware (kind)");
    }

    @Test
    void a_database_that_is_not_there_is_told() throws IOException {
        assertEquals(1, check(ROUTES, "--database", "postgresql://postgres@127.0.0.1:1/x"));
        said(err, "the database is not reached");
        assertEquals(1, check(ROUTES, "--database", "nonsense"));
        said(err, "postgresql://user@host:port/name");
    }

    @Test
    void a_migration_that_breaks_a_route_is_told_before_it_runs() throws Exception {
        assertEquals(1, migrate(ROUTES, "BEGIN;\nALTER TABLE ware RENAME name TO title;\nCOMMIT;\n-- done\n"));
        said(
                err,
                "s.yaml:5:34: Postgres refuses the SQL of route 'one': column \"name\" does not exist (after the migration)",
                "route 'put'");
        said(out, "rolled back", "route 'all' answers otherwise after the migration: 'name' goes, 'title' comes, text");
        sql("SELECT name FROM ware");
    }

    @Test
    void nothing_of_a_migration_stays_also_where_it_commits() throws Exception {
        migrate(ROUTES, "CREATE TABLE made_by_check (id int); COMMIT; INSERT INTO ware VALUES (-1); COMMIT");
        migrate(ROUTES, "SET standard_conforming_strings = off; SELECT 'a\\'; COMMIT; SELECT 'b'");
        migrate(ROUTES, "DO $$ BEGIN INSERT INTO ware VALUES (-1); COMMIT; END $$");
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT to_regclass('made_by_check') IS NULL, to_regnamespace('sluice') IS NULL, count(*) FROM ware WHERE id < 0")) {
            assertTrue(rows.next());
            assertTrue(rows.getBoolean(1));
            assertTrue(rows.getBoolean(2), "no table for keys is made either");
            assertEquals(0, rows.getInt(3));
        }
    }

    @Test
    void what_a_migration_takes_back_itself_breaks_no_route() throws IOException {
        String breaks = "ALTER TABLE ware RENAME name TO title;\n";
        for (String back : List.of(
                "BEGIN;\n" + breaks + "ROLLBACK;",
                "BEGIN;\nSAVEPOINT s;\n" + breaks + "ROLLBACK WORK TO SAVEPOINT s;\nRELEASE s;\nCOMMIT;",
                "BEGIN; SAVEPOINT s; SELECT 1; " + breaks + "ROLLBACK TO s; END",
                "START TRANSACTION; SELECT 1; COMMIT AND CHAIN; " + breaks + "ABORT AND CHAIN; COMMIT",
                "COMMIT; ROLLBACK; BEGIN; BEGIN; " + breaks + "ROLLBACK TRANSACTION")) {
            assertEquals(0, migrate(ROUTES, back), () -> back + err);
        }
        for (String stays : List.of(
                "BEGIN;\n" + breaks + "COMMIT;\nROLLBACK;",
                "BEGIN;\nSAVEPOINT s;\n" + breaks + "RELEASE SAVEPOINT s;\nCOMMIT;",
                breaks + "BEGIN; ROLLBACK AND NO CHAIN; ROLLBACK",
                "BEGIN; " + breaks + "COMMIT AND CHAIN; ROLLBACK")) {
            assertEquals(1, migrate(ROUTES, stays), () -> stays + out);
        }
        assertEquals(1, migrate(ROUTES, "BEGIN; ROLLBACK TO nowhere; COMMIT"));
        said(err, "savepoint \"nowhere\" does not exist");
    }

    @Test
    void a_migration_that_changes_answers_is_a_warning() throws IOException {
        assertEquals(
                0,
                migrate(
                        ROUTES,
                        "ALTER TABLE ware ALTER price TYPE int8, ADD made date;\nCREATE INDEX CONCURRENTLY i ON ware (price);\nVACUUM ware;"),
                err::toString);
        said(
                out,
                "route 'one' answers otherwise after the migration: 'price' was integer and becomes bigint",
                "'made' comes, date",
                "route 'put' takes otherwise after the migration: 'body.price' was integer and becomes bigint",
                "V2.sql:2: not run: CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
                "V2.sql:3: not run: VACUUM cannot run inside a transaction block");
    }

    @Test
    void a_migration_is_not_kept_by_preparing_its_transaction() throws IOException {
        assertEquals(0, migrate(ROUTES, "BEGIN;\nPREPARE -- for later\n TRANSACTION 'kept';"), err::toString);
        said(out, "V2.sql:2: not run: it would end the transaction");
    }

    @Test
    void a_route_that_waits_for_its_migration_is_told_apart() throws IOException {
        String ahead = ROUTES.replace("SELECT id, name, price", "SELECT id, name, price, made")
                .replace("RETURNING id, name, price", "RETURNING id, name, price, made");
        assertEquals(1, migrate(ahead, "ALTER TABLE ware ADD made date"));
        said(out, "route 'one' fits after the migration only", "route 'put' fits after the migration only");
        said(err, "column \"made\" does not exist");
    }

    @Test
    void a_migration_that_fails_is_told_with_its_line() throws IOException {
        assertEquals(1, migrate(ROUTES, "SELECT 1;\n\nALTER TABLE nowhere ADD x int;"));
        said(err, "V2.sql:3: Postgres refuses the migration: relation \"nowhere\" does not exist");
    }
}
