package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** {@code deploy/postgres/invalidation.sql} on a real Postgres: what a statement tells, and that none fails by it. */
class InvalidationSqlTest {
    private static final String END = "end";
    private static EmbeddedPostgres server;
    private static Connection writer;
    private static Connection listener;

    @BeforeAll
    static void start(@TempDir Path work) throws Exception {
        server = new EmbeddedPostgres(work);
        writer = server.dataSource().getConnection();
        listener = server.dataSource().getConnection();
        String script = Files.readString(Path.of("deploy/postgres/invalidation.sql"));
        run(script, script);
        try (Statement statement = listener.createStatement()) {
            statement.execute("LISTEN sluice");
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        listener.close();
        writer.close();
        server.close();
    }

    @BeforeEach
    void fresh() throws SQLException {
        run(
                "RESET ALL",
                "RESET ROLE",
                "DROP TABLE IF EXISTS product CASCADE",
                "CREATE TABLE product (id bigint, shop text, name text, day date)",
                "SELECT sluice.watch('product', 'product:{id}')");
    }

    private static void run(String... statements) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    /** What arrives of these statements, each committed by itself. */
    private static List<String> payloads(String... statements) throws SQLException {
        run(statements);
        run("NOTIFY sluice, '" + END + "'");
        List<String> payloads = new ArrayList<>();
        while (true) {
            PGNotification[] arrived = listener.unwrap(PGConnection.class).getNotifications(10_000);
            assertTrue(arrived != null && arrived.length > 0, "nothing came in 10 s");
            for (PGNotification one : arrived) {
                if (one.getParameter().equals(END)) {
                    return payloads;
                }
                assertEquals(process(), one.getPID());
                payloads.add(one.getParameter());
            }
        }
    }

    private static int process() throws SQLException {
        return writer.unwrap(PGConnection.class).getBackendPID();
    }

    private static Set<String> tags(String... statements) throws SQLException {
        Set<String> tags = new TreeSet<>();
        for (String payload : payloads(statements)) {
            tags.addAll(read(payload, process()).tags());
        }
        return tags;
    }

    private static Committed read(String payload, int process) {
        Committed read = Objects.requireNonNull(Notified.read(payload, process), payload);
        assertTrue(!read.tags().isEmpty() && read.id() != null, payload);
        return read;
    }

    private static List<Committed> commits(String... statements) throws SQLException {
        int process = process();
        return payloads(statements).stream()
                .map(payload -> read(payload, process))
                .toList();
    }

    @Test
    void booleans_and_padded_texts_are_spelled_as_clients_do() throws SQLException {
        run(
                "DROP DOMAIN IF EXISTS flag CASCADE",
                "CREATE DOMAIN flag AS boolean",
                "ALTER TABLE product ADD COLUMN active flag, ADD COLUMN code char(6)",
                "SELECT sluice.unwatch('product')",
                "SELECT sluice.watch('product', 'active:{active}')",
                "SELECT sluice.watch('product', 'code:{code}')");
        assertEquals(
                Set.of("active:true", "active:false", "active", "code:ab", "code"),
                tags(
                        "INSERT INTO product (active, code) VALUES (true, 'ab'), (false, 'ab')",
                        "INSERT INTO product (active, code) VALUES (NULL, NULL)"));
    }

    @Test
    void what_a_session_calls_by_the_names_of_the_changed_rows_is_not_read() throws SQLException {
        run(
                "CREATE FUNCTION pg_temp.evil() RETURNS int LANGUAGE plpgsql AS"
                        + " $$ BEGIN PERFORM pg_notify('sluice', '{\"tags\":[\"ran\"]}'); RETURN 1; END $$",
                "CREATE TEMP VIEW sluice_new AS SELECT pg_temp.evil() AS id",
                "CREATE TABLE mine(id int)",
                "CREATE TRIGGER x AFTER INSERT ON mine FOR EACH STATEMENT"
                        + " EXECUTE FUNCTION sluice.changed('[\"x:{id}\"]')");
        try {
            assertEquals(Set.of("x"), tags("INSERT INTO mine VALUES (1)"));
        } finally {
            run("DROP TABLE mine", "DROP VIEW sluice_new", "DROP FUNCTION pg_temp.evil()");
        }
    }

    @Test
    void spellings_that_a_collation_holds_for_equal_are_tags_of_their_own() throws SQLException {
        run(
                "CREATE COLLATION IF NOT EXISTS ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                "ALTER TABLE product ADD COLUMN category text COLLATE ci",
                "SELECT sluice.unwatch('product')",
                "SELECT sluice.watch('product', 'category:{category}')");
        assertEquals(
                Set.of("category:Food", "category:food"),
                tags("INSERT INTO product (category) VALUES ('Food'), ('food')"));
    }

    @Test
    void each_changed_row_is_told_old_and_new_once_a_statement() throws SQLException {
        List<String> payloads = payloads("INSERT INTO product VALUES (1, 'a'), (1, 'b')");
        assertEquals(1, payloads.size());
        assertTrue(payloads.get(0).matches("\\{\"tags\":\\[\"product:1\"],\"xid\":\"[0-9]+\"}"), payloads.get(0));
        assertEquals(Set.of("product:1", "product:7"), tags("UPDATE product SET id = 7 WHERE shop = 'a'"));
        assertEquals(Set.of("product:1"), tags("DELETE FROM product WHERE shop = 'b'"));
        assertEquals(
                Set.of("product:8", "product:7"),
                tags("MERGE INTO product p USING (VALUES (7), (8)) n(id) ON p.id = n.id"
                        + " WHEN MATCHED THEN UPDATE SET name = 'x' WHEN NOT MATCHED THEN INSERT (id) VALUES (n.id)"));
    }

    @Test
    void a_statement_that_changes_nothing_tells_nothing() throws SQLException {
        assertEquals(List.of(), payloads("UPDATE product SET name = 'x' WHERE id = 99", "DELETE FROM product"));
    }

    @Test
    void what_is_rolled_back_is_not_told() throws SQLException {
        assertEquals(
                Set.of("product:2"),
                tags(
                        "BEGIN",
                        "INSERT INTO product VALUES (1)",
                        "ROLLBACK",
                        "BEGIN",
                        "SAVEPOINT s",
                        "INSERT INTO product VALUES (3)",
                        "ROLLBACK TO s",
                        "INSERT INTO product VALUES (2)",
                        "COMMIT"));
    }

    @Test
    void truncate_is_told_of_the_whole_table() throws SQLException {
        run("SELECT sluice.watch('product', 'shop:{shop}')");
        assertEquals(Set.of("product", "shop"), tags("TRUNCATE product"));
    }

    @Test
    void several_tags_of_one_table_come_together() throws SQLException {
        run(
                "SELECT sluice.watch('product', 'shop:{shop}')",
                "SELECT sluice.watch('product', 'row:{shop}/{id}')",
                "SELECT sluice.watch('product', 'products')",
                "SELECT sluice.watch('product', 'shop:{shop}')");
        List<String> payloads = payloads("INSERT INTO product VALUES (1, 'a'), (2, 'b')");
        assertEquals(1, payloads.size());
        assertEquals(
                Set.of("product:1", "product:2", "products", "row:a/1", "row:b/2", "shop:a", "shop:b"),
                new TreeSet<>(read(payloads.get(0), process()).tags()));
    }

    @Test
    void many_rows_take_several_notifications_that_postgres_accepts() throws SQLException {
        run("SELECT sluice.watch('product', 'name:{name}')", "SELECT sluice.unwatch('product')");
        run("SELECT sluice.watch('product', 'name:{name}')");
        List<String> payloads =
                payloads("INSERT INTO product SELECT n, 's', 'nämé \"' || n FROM generate_series(1, 1000) n");
        Set<String> tags = new TreeSet<>();
        for (String payload : payloads) {
            assertTrue(payload.getBytes(StandardCharsets.UTF_8).length < 8_000);
            tags.addAll(read(payload, process()).tags());
        }
        assertEquals(1000, tags.size());
        assertTrue(tags.contains("name:nämé \"1000"));
        assertTrue(payloads.size() > 1 && payloads.size() <= 10, "" + payloads.size());
    }

    @Test
    void too_many_rows_are_told_of_the_whole_table() throws SQLException {
        assertEquals(List.of("product"), whole("INSERT INTO product SELECT n FROM generate_series(1, 1001) n"));
        assertEquals(List.of("product"), whole("UPDATE product SET id = id + 10000"));
        run("SELECT sluice.unwatch('product')", "SELECT sluice.watch('product', 'product:{name}')");
        assertEquals(
                List.of("product"),
                whole("INSERT INTO product SELECT n, '', n || repeat('x', 900) FROM generate_series(1, 100) n"));
    }

    private static List<String> whole(String statement) throws SQLException {
        return commits(statement).stream().flatMap(one -> one.tags().stream()).toList();
    }

    @Test
    void all_that_one_transaction_tells_carries_its_id_and_another_ones_another() throws SQLException {
        run("BEGIN", "INSERT INTO product VALUES (0)");
        String mine;
        try (Statement statement = writer.createStatement();
                ResultSet told = statement.executeQuery(Notified.SQL)) {
            assertTrue(told.next());
            mine = told.getString(1);
        }
        List<Committed> commits = commits(
                "INSERT INTO product VALUES (1)",
                "SAVEPOINT s",
                "UPDATE product SET name = 'x' WHERE id = 1",
                "INSERT INTO product VALUES (2)",
                "RELEASE s",
                "TRUNCATE product",
                "COMMIT",
                "INSERT INTO product VALUES (3)");
        assertEquals(
                List.of(
                        new Committed(mine, List.of("product:0")),
                        new Committed(mine, List.of("product:1")),
                        new Committed(mine, List.of("product:2")),
                        new Committed(mine, List.of("product"))),
                commits.subList(0, 4));
        assertEquals(5, commits.size());
        assertNotEquals(mine, commits.get(4).id());
    }

    @Test
    void a_row_that_cannot_name_its_tag_is_told_of_the_whole_table() throws SQLException {
        run("SELECT sluice.watch('product', 'row:{shop}/{name}')");
        assertEquals(
                Set.of("product", "row", "row:a/"),
                tags("INSERT INTO product VALUES (NULL, 'a', NULL), (NULL, 'a', '')"));
        assertEquals(Set.of("product:1", "row"), tags("INSERT INTO product VALUES (1, 'a', repeat('é', 100000))"));
    }

    @Test
    void odd_values_arrive_as_they_are() throws SQLException {
        run("SELECT sluice.watch('product', 'name:{name}')");
        String odd = "it's \"odd\" \\ {id} %s $1 \t\n\u0001 😀 é";
        assertEquals(
                Set.of("product:1", "name:" + odd), tags("INSERT INTO product VALUES (1, '', $odd$" + odd + "$odd$)"));
    }

    @Test
    void a_value_has_one_spelling_whatever_the_writer_has_set() throws SQLException {
        // in a function: the driver ends a session that has another style
        run(
                "SELECT sluice.watch('product', 'day:{day}')",
                "CREATE OR REPLACE FUNCTION german() RETURNS text LANGUAGE sql SET DateStyle = 'German' SET search_path = pg_temp"
                        + " AS $$INSERT INTO public.product VALUES (1, '', '', '31.12.2024') RETURNING day::text$$");
        assertEquals(Set.of("product:1", "day:2024-12-31"), tags("SELECT german()"));
    }

    @Test
    void odd_names_of_tables_and_columns_are_watched() throws SQLException {
        run(
                "DROP TABLE IF EXISTS \"it's a \"\"table%s\"",
                "CREATE TABLE \"it's a \"\"table%s\" (\"c'ol \"\"%s\\\" text)",
                "SELECT sluice.watch('\"it''s a \"\"table%s\"', $$o'd\"d%s:{c'ol \"%s\\}$$)");
        assertEquals(Set.of("o'd\"d%s:x"), tags("INSERT INTO \"it's a \"\"table%s\" VALUES ('x')"));
    }

    @Test
    void a_column_that_is_renamed_or_dropped_makes_no_write_fail() throws SQLException {
        run("ALTER TABLE product RENAME id TO number");
        assertEquals(Set.of("product"), tags("INSERT INTO product VALUES (1)"));
        run("ALTER TABLE product DROP COLUMN number");
        assertEquals(Set.of("product"), tags("UPDATE product SET name = 'x'"));
    }

    @Test
    void a_writer_needs_no_right_on_the_schema() throws SQLException {
        run("CREATE ROLE clerk", "GRANT INSERT ON product TO clerk", "SET ROLE clerk");
        assertEquals(Set.of("product:1"), tags("INSERT INTO product VALUES (1)"));
    }

    @Test
    void what_a_tables_owner_declared_as_a_cast_is_not_run() throws SQLException {
        run(
                "CREATE TYPE pair AS (a int, b int)",
                "CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE 'run'; END$$",
                "CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS IMPLICIT",
                "ALTER TABLE product ADD COLUMN both_of pair",
                "SELECT sluice.watch('product', 'pair:{both_of}')");
        assertEquals(
                Set.of("product:1", "pair:(1,2)"), tags("INSERT INTO product (id, both_of) VALUES (1, ROW(1, 2))"));
        run("DROP TABLE product", "DROP TYPE pair CASCADE");
    }

    @Test
    void partitions_are_watched_by_their_parent_and_by_themselves() throws SQLException {
        run(
                "DROP TABLE IF EXISTS sale",
                "CREATE TABLE sale (id int, year int) PARTITION BY LIST (year)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES IN (1)",
                "CREATE TABLE sale_2 PARTITION OF sale FOR VALUES IN (2)",
                "SELECT sluice.watch('sale', 'sale:{id}')");
        assertEquals(Set.of("sale:1", "sale:2"), tags("INSERT INTO sale VALUES (1, 1), (2, 2)"));
        assertEquals(Set.of("sale:1"), tags("UPDATE sale SET year = 2 WHERE id = 1"));
        assertEquals(Set.of("sale:2"), tags("DELETE FROM sale_2 WHERE id = 2"));
        assertEquals(Set.of("sale"), tags("TRUNCATE sale"));
        assertEquals(Set.of("sale"), tags("TRUNCATE sale_1"));
        run("SELECT sluice.unwatch('sale')");
        assertEquals(Set.of(), tags("INSERT INTO sale VALUES (1, 1)", "INSERT INTO sale_2 VALUES (1, 2)"));
    }

    @Test
    void unwatched_tables_tell_nothing_and_may_be_watched_again() throws SQLException {
        run("SELECT sluice.unwatch('product')", "SELECT sluice.unwatch('product')");
        assertEquals(Set.of(), tags("INSERT INTO product VALUES (1)", "TRUNCATE product"));
        run("SELECT sluice.watch('product', 'other:{id}')");
        assertEquals(Set.of("other:1"), tags("INSERT INTO product VALUES (1)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nowhere      | x:{id}      | relation \"nowhere\" does not exist",
                "product      | x:{ids}     | table public.product has no column ids that can be watched, in the tag 'x:{ids}'",
                "product      | x:{id}{b}{c}| no column b, c",
                "product      | x:{ctid}    | no column ctid",
                "product      | x:{id       | bad tag 'x:{id'",
                "product      | x:{}        | bad tag 'x:{}'",
                "product      | x:id}       | bad tag",
                "product      | ''          | bad tag",
                "product      | x{id}       | before the first brace stand a name and a colon",
                "product      | {id}:x      | before the first brace stand a name and a colon",
                "pg_views     | x           | is not a table",
            })
    void what_cannot_be_watched_is_refused_with_the_reason(String table, String tag, String reason) {
        SQLException refused =
                assertThrows(SQLException.class, () -> run("SELECT sluice.watch('" + table + "', '" + tag + "')"));
        assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused.getMessage());
    }

    @Test
    void a_table_has_sixteen_tags_at_most() throws SQLException {
        for (int i = 2; i <= 16; i++) {
            run("SELECT sluice.watch('product', '" + "n".repeat(150) + i + ":{id}')");
        }
        SQLException refused =
                assertThrows(SQLException.class, () -> run("SELECT sluice.watch('product', 'seventeen:{id}')"));
        assertTrue(String.valueOf(refused.getMessage()).contains("16 tags"), refused.getMessage());
        assertEquals(16, tags("TRUNCATE product").size());
    }
}
