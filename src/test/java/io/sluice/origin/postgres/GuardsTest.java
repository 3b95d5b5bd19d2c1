package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedPostgres;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of statements and of their plans, by a real Postgres. */
class GuardsTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedPostgres server;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        server = new EmbeddedPostgres(work);
        pool = PgBuilder.pool()
                .using(VERTX)
                .connectingTo(PostgresSessions.pin(
                        PgConnectOptions.fromUri(server.url())
                                .setUser("postgres")
                                .setPassword("postgres"),
                        Duration.ofSeconds(60)))
                .with(new PoolOptions().setMaxSize(1))
                .build();
        sql(
                "CREATE TYPE state AS ENUM ('open', 'paid')",
                "CREATE DOMAIN money2 AS numeric(12,2) CHECK (VALUE >= 0)",
                "CREATE TABLE sale (id int8 PRIMARY KEY, customer int, price money2, state state, name text, made timestamptz)",
                "INSERT INTO sale SELECT i, i % 5000, (i * 7919) % 10007, CASE WHEN i % 2 = 0 THEN 'open' ELSE 'paid' END::state,"
                        + " 'n' || i, '2024-01-01'::timestamptz + i * interval '1 minute' FROM generate_series(1, 60000) i",
                "CREATE INDEX ON sale (made, id)",
                "CREATE TABLE customer (id int PRIMARY KEY, name text)",
                "INSERT INTO customer SELECT i, 'c' || i FROM generate_series(0, 4999) i",
                "CREATE TABLE small (id int, name text)",
                "INSERT INTO small VALUES (1, 'a')",
                "CREATE TABLE fresh (id int, name text)",
                "ANALYZE sale",
                "ANALYZE customer",
                "ANALYZE small");
    }

    @AfterAll
    static void stop() throws Exception {
        pool.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        VERTX.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        server.close();
    }

    private static void sql(String... statements) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    private static PostgresSpec spec(
            String sql, Returns returns, Guards guards, @Nullable Writing writing, Filter... filters) {
        return new PostgresSpec(
                "r", List.of(sql), returns, List.of(filters), Access.OWN, guards, writing, Duration.ofSeconds(10));
    }

    private static Prepared.Ready ready(PostgresSpec spec) {
        return assertInstanceOf(
                Prepared.Ready.class,
                new PostgresOrigin(VERTX, () -> pool, spec).prepare().await().atMost(Duration.ofSeconds(10)));
    }

    private static List<Finding> findings(String sql, Returns returns, Filter... filters) {
        return ready(spec(sql, returns, new Guards(true, null), null, filters)).findings();
    }

    private static List<Column> columns(String sql) {
        return ready(spec(sql, new Returns.Row(), Guards.LENIENT, null)).columns();
    }

    private static Returns page(Returns.Style style, Returns.SortKey... order) {
        return new Returns.Page(style, List.of(order), 20, 100, Returns.Total.NONE);
    }

    private static Returns.SortKey key(String column, boolean descending) {
        return new Returns.SortKey(column, descending, descending);
    }

    private static void finds(List<Finding> findings, String what, String advice) {
        assertEquals(1, findings.size(), findings::toString);
        assertTrue(findings.get(0).mistake());
        assertTrue(findings.get(0).what().contains(what), findings::toString);
        assertTrue(findings.get(0).advice().contains(advice), findings::toString);
    }

    @Test
    void columns_are_told_with_their_own_types_also_of_what_writes() {
        List<Column> expected = List.of(
                new Column("id", "bigint"),
                new Column("price", "money2"),
                new Column("state", "state"),
                new Column("list", "state[]"),
                new Column("sum", "numeric"));
        String what = "id, price, state, ARRAY[state] AS list, price + 1 AS sum";
        assertEquals(expected, columns("SELECT " + what + " FROM sale WHERE id = :id -- the one"));
        Writing writing = new Writing(null, 0, false, 1000, false);
        String update = "UPDATE sale SET name = :body.name WHERE id = :id RETURNING " + what;
        assertEquals(
                expected,
                ready(spec(update, new Returns.Row(), Guards.LENIENT, writing)).columns());
        assertEquals(
                List.of(),
                ready(spec("DELETE FROM sale WHERE id = :id", new Returns.None(), Guards.LENIENT, writing))
                        .columns());
    }

    @Test
    void nothing_stays_prepared_and_nothing_is_written() throws Exception {
        String update = "UPDATE sale SET name = 'gone' WHERE customer > :id RETURNING id, name";
        ready(spec(
                update,
                new Returns.Rows(10, 1 << 20),
                new Guards(true, 1e9),
                new Writing(null, 0, false, 1000, false)));
        var rows = pool.query("SELECT (SELECT count(*) FROM sale WHERE name = 'gone'),"
                        + " (SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%customer%')")
                .execute()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .iterator()
                .next();
        assertEquals(0, rows.getLong(0));
        assertEquals(0, rows.getLong(1));
    }

    @Test
    void columns_that_differ_are_named() {
        assertEquals(
                List.of("'b' is integer and not bigint", "'c' is missing", "'d' is not one of its columns"),
                Column.differences(
                        List.of(new Column("a", "text"), new Column("b", "bigint"), new Column("c", "text")),
                        List.of(new Column("b", "integer"), new Column("d", "text"), new Column("a", "text"))));
    }

    @Test
    void a_scan_of_a_large_table_for_few_rows_is_found_with_the_index_that_would_serve() {
        finds(
                findings(
                        "SELECT * FROM sale WHERE customer = :customer AND price > :least",
                        new Returns.Rows(100, 1 << 20)),
                "rows of public.sale are read to find those with",
                "CREATE INDEX CONCURRENTLY ON public.sale (customer, price)");
        finds(
                findings("SELECT count(*) FROM sale s WHERE s.customer = :customer", new Returns.Value()),
                "s.customer",
                "ON public.sale (customer)");
        finds(findings("SELECT * FROM sale WHERE lower(name) = :name", new Returns.Row()), "lower", "expression");
        finds(
                findings(
                        "SELECT * FROM sale WHERE (:customer::int IS NULL OR customer = :customer)",
                        new Returns.Rows(10, 1 << 20)),
                "public.sale",
                "'filters'");
    }

    @Test
    void a_join_that_reads_a_large_table_for_few_rows_is_found() {
        finds(
                findings(
                        "SELECT c.name, s.price FROM customer c JOIN sale s ON s.customer = c.id WHERE c.id = :id",
                        new Returns.Rows(100, 1 << 20)),
                "public.sale",
                "ON public.sale (customer)");
    }

    @Test
    void what_reads_all_because_all_is_wanted_is_no_mistake() {
        assertEquals(List.of(), findings("SELECT sum(price) FROM sale", new Returns.Value()));
        assertEquals(
                List.of(),
                findings("SELECT state, count(*) FROM sale GROUP BY state ORDER BY 1", new Returns.Rows(10, 1 << 20)));
        assertEquals(List.of(), findings("SELECT * FROM sale WHERE state = :state", new Returns.Rows(10, 1 << 20)));
        assertEquals(List.of(), findings("SELECT * FROM sale", new Returns.Rows(100, 1 << 20)));
        assertEquals(List.of(), findings("SELECT * FROM sale WHERE id = :id", new Returns.Row()));
        assertEquals(List.of(), findings("SELECT * FROM small WHERE id = :id", new Returns.Row()));
    }

    @Test
    void an_order_without_an_index_is_found_also_behind_the_first_page() {
        String all = "SELECT id, price, made FROM sale";
        for (Returns.Style style : Returns.Style.values()) {
            finds(
                    findings(all, page(style, key("price", true), key("id", false))),
                    "are sorted for each answer",
                    "CREATE INDEX CONCURRENTLY ON public.sale (price DESC, id)");
            assertEquals(List.of(), findings(all, page(style, key("made", false), key("id", false))), style::toString);
            assertEquals(List.of(), findings(all, page(style, key("made", true), key("id", true))), style::toString);
        }
    }

    @Test
    void a_filter_without_an_index_is_found_by_its_name() {
        List<Finding> findings = findings(
                "SELECT id, customer, made FROM sale",
                new Returns.Rows(100, 1 << 20),
                Filter.of("customer", Filter.Operator.EQ, true));
        finds(findings, "with the filter customer", "(customer)");
    }

    @Test
    void a_cost_above_the_most_is_found() {
        Guards guards = new Guards(false, 50.0);
        finds(
                ready(spec("SELECT sum(price) FROM sale", new Returns.Value(), guards, null))
                        .findings(),
                "max-cost is 50",
                "max-cost");
        assertEquals(
                List.of(),
                ready(spec("SELECT * FROM sale WHERE id = :id", new Returns.Row(), guards, null))
                        .findings());
    }

    @Test
    void a_table_that_was_never_analysed_is_said_to_be_and_is_no_mistake() {
        List<Finding> findings = findings("SELECT * FROM fresh WHERE id = :id", new Returns.Row());
        assertEquals(1, findings.size());
        assertFalse(findings.get(0).mistake());
        assertTrue(findings.get(0).what().contains("public.fresh is empty or was never analysed"), findings::toString);
        assertEquals(
                List.of(),
                ready(spec("SELECT * FROM fresh WHERE id = :id", new Returns.Row(), Guards.LENIENT, null))
                        .findings());
    }
}
