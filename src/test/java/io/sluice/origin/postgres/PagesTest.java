package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.OriginObserver;
import io.sluice.origin.postgres.Returns.SortKey;
import io.sluice.origin.postgres.Returns.Style;
import io.sluice.origin.postgres.Returns.Total;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a real Postgres, held against one plain query. */
class PagesTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String SQL = "SELECT id, price, name, made FROM product";
    private static final List<SortKey> PRICE_DESC_ID =
            List.of(new SortKey("price", true, true), new SortKey("id", false, false));
    private static TestDatabase database;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) throws SQLException {
        database = new TestDatabase(work, VERTX, 2);
        pool = database.pool;
        sql("CREATE TABLE product (id int8 PRIMARY KEY, price numeric, name text, made timestamptz)");
        sql("INSERT INTO product SELECT n, CASE WHEN n % 7 <> 0 THEN (n * 37 % 11)::numeric / 3 END,"
                + " CASE WHEN n % 5 <> 0 THEN chr(97 + n % 3) || 'é\"' END, '2024-01-01'::timestamptz + n % 13 * interval '1 hour'"
                + " FROM generate_series(1, 200) n");
        sql("CREATE INDEX ON product (price DESC, id)");
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
    }

    private static void sql(String sql) throws SQLException {
        database.sql(sql);
    }

    private static List<String> query(String sql) throws SQLException {
        try (Connection connection = database.server.dataSource().getConnection();
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT row_to_json(r) FROM (" + sql + ") r")) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(new JsonObject(rows.getString(1)).encode());
            }
            return found;
        }
    }

    private static PostgresOrigin origin(Style style, List<SortKey> order, int size, Total total, Filter... filters) {
        return origin("pages", new Cursors(new byte[] {1, 2, 3}), style, order, size, total, filters);
    }

    private static PostgresOrigin origin(
            String route, Cursors cursors, Style style, List<SortKey> order, int size, Total total, Filter... filters) {
        return origin(SQL, route, cursors, style, order, size, total, filters);
    }

    private static PostgresOrigin origin(
            String sql,
            String route,
            Cursors cursors,
            Style style,
            List<SortKey> order,
            int size,
            Total total,
            Filter... filters) {
        return new PostgresOrigin(
                VERTX,
                Connections.of(() -> pool),
                new PostgresSpec(
                        route,
                        List.of(sql),
                        new Returns.Page(style, order, size, 100, total),
                        List.of(filters),
                        Access.OWN,
                        Guards.LENIENT,
                        null,
                        Duration.ofSeconds(5)),
                cursors,
                OriginObserver.NONE);
    }

    private static Answer ask(PostgresOrigin origin, String uri) {
        return ask(origin, uri, Map.of());
    }

    private static Answer ask(PostgresOrigin origin, String uri, Map<String, String> path) {
        Call call = new Call(
                HttpMethod.GET, uri, HttpHeaders.headers(), path, new Call.Peer("127.0.0.1", false, "http", "g"), null);
        return TestDatabase.ask(VERTX.getOrCreateContext(), origin, call);
    }

    /** One answer with the targets of its links. */
    private record Page(JsonArray data, JsonObject page, Map<String, String> links) {
        String link(String relation) {
            return java.util.Objects.requireNonNull(links.get(relation), relation);
        }

        List<String> rows() {
            List<String> rows = new ArrayList<>();
            data.forEach(row -> rows.add(((JsonObject) row).encode()));
            return rows;
        }
    }

    private static Page page(PostgresOrigin origin, String uri) {
        Answer answer = ask(origin, uri);
        Answer.Whole whole = assertInstanceOf(Answer.Whole.class, answer, () -> uri + ": " + answer);
        assertEquals(200, whole.status());
        JsonObject body = whole.body().toJsonObject();
        Map<String, String> links = new java.util.HashMap<>();
        Matcher link = Pattern.compile("<([^>]*)>; rel=\"(\\w+)\"")
                .matcher(whole.headers().get("Link"));
        while (link.find()) {
            links.put(link.group(2), link.group(1));
        }
        return new Page(body.getJsonArray("data"), body.getJsonObject("page"), links);
    }

    private static List<String> forward(PostgresOrigin origin, String uri) {
        List<String> rows = new ArrayList<>();
        for (String next = uri; next != null; ) {
            Page page = page(origin, next);
            rows.addAll(page.rows());
            next = page.links().get("next");
            assertEquals(next == null, page.page().getValue("next") == null);
        }
        return rows;
    }

    private static List<String> backward(PostgresOrigin origin, String uri) {
        List<List<String>> pages = new ArrayList<>();
        for (String prev = uri; prev != null; ) {
            Page page = page(origin, prev);
            pages.add(page.rows());
            prev = page.links().get("prev");
        }
        Collections.reverse(pages);
        return pages.stream().flatMap(List::stream).toList();
    }

    private static String orderBy(List<SortKey> order) {
        return " ORDER BY "
                + String.join(
                        ", ",
                        order.stream()
                                .map(key -> key.column() + (key.descending() ? " DESC" : " ASC") + " NULLS "
                                        + (key.nullsFirst() ? "FIRST" : "LAST"))
                                .toList());
    }

    private static String last(PostgresOrigin origin, String uri) {
        String last = uri;
        for (String next = uri; next != null; next = page(origin, next).links().get("next")) {
            last = next;
        }
        return last;
    }

    @Test
    void every_order_is_walked_to_both_ends_like_one_query_with_nulls_and_mixed_directions() throws Exception {
        Random random = new Random(5);
        for (int round = 0; round < 40; round++) {
            List<SortKey> order = new ArrayList<>();
            List<String> columns = new ArrayList<>(List.of("price", "name", "made"));
            Collections.shuffle(columns, random);
            for (String column : columns.subList(0, random.nextInt(4))) {
                order.add(new SortKey(column, random.nextBoolean(), random.nextBoolean()));
            }
            order.add(random.nextInt(order.size() + 1), new SortKey("id", random.nextBoolean(), random.nextBoolean()));
            Style style = random.nextBoolean() ? Style.CURSOR : Style.KEYSET;
            PostgresOrigin origin = origin(style, order, 1 + random.nextInt(60), Total.NONE);
            List<String> expected = query(SQL + orderBy(order));
            String at = "/p";
            assertEquals(expected, forward(origin, at), () -> order.toString());
            assertEquals(expected, backward(origin, last(origin, at)), () -> "back " + order);
        }
    }

    @Test
    void columns_with_values_that_only_postgres_spells_so_are_walked_to_both_ends() throws Exception {
        sql("CREATE TABLE odd (id int8 PRIMARY KEY, n numeric, f float8, d date, t time, s timestamp, z timestamptz)");
        sql("INSERT INTO odd VALUES (1, 'NaN', 'NaN', 'infinity', '24:00', 'infinity', 'infinity'),"
                + " (2, 1.5, 'Infinity', '-infinity', '10:00', '-infinity', '-infinity'),"
                + " (3, 1e30, '-Infinity', '0044-03-15 BC', '10:00:00.25', '0044-03-15 10:00 BC', '0044-03-15 10:00:00.5+00 BC'),"
                + " (4, -1, 1e300, '12345-01-01', '00:00', '12345-01-01 10:00', '12345-01-01 10:00+00'),"
                + " (5, null, 2.5, '2024-02-29', null, '2024-02-29 10:00', '2024-02-29 10:00+00')");
        for (Style style : List.of(Style.CURSOR, Style.KEYSET)) {
            for (String column : List.of("n", "f", "d", "t", "s", "z")) {
                List<SortKey> order = List.of(new SortKey(column, true, true), new SortKey("id", false, false));
                String sql = "SELECT * FROM odd";
                PostgresOrigin origin =
                        origin(sql, "odd", new Cursors(new byte[] {1, 2, 3}), style, order, 1, Total.NONE);
                List<String> expected = query(sql + orderBy(order));
                assertEquals(expected, forward(origin, "/p"), column + " " + style);
                assertEquals(expected, backward(origin, last(origin, "/p")), "back " + column + " " + style);
            }
        }
        List<SortKey> days = List.of(new SortKey("d", false, false), new SortKey("id", false, false));
        PostgresOrigin origin = origin(
                "SELECT * FROM odd", "odd", new Cursors(new byte[] {1, 2, 3}), Style.KEYSET, days, 1, Total.NONE);
        assertInstanceOf(Answer.BadRequest.class, ask(origin, "/p?after=%5B%22today%22,1%5D"));
    }

    @Test
    void columns_of_every_kind_are_walked_to_both_ends() throws Exception {
        sql("CREATE TYPE size AS ENUM ('small', 'large', 'huge')");
        sql("CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        sql("CREATE DOMAIN short AS varchar(5)");
        Map<String, String> columns = new java.util.LinkedHashMap<>();
        columns.put("e", "size: (ARRAY['small','large','huge',null])[1 + i % 4]::size");
        columns.put("i", "text COLLATE any_case: (ARRAY['a','A','b','B','É','é',null])[1 + i % 7]");
        columns.put("c", "bpchar(4): (ARRAY['a','a ','ab',E'\\t',null])[1 + i % 5]");
        columns.put("a", "text[]: (ARRAY['{}','{\"a b\",NULL}','{NULL}','{\"\\\"\",x}',null])[1 + i % 5]::text[]");
        columns.put("es", "size[]: (ARRAY['{}','{small,huge}',null])[1 + i % 3]::size[]");
        columns.put("b", "bytea: decode(repeat(lpad(to_hex(i % 5), 2, '0'), i % 3), 'hex')");
        columns.put("f", "float8: (ARRAY['0','-0','5e-324','0.1','1e300','NaN',null])[1 + i % 7]::float8");
        columns.put("g", "float4: (ARRAY['0.1','16777217','-0','1e-40',null])[1 + i % 5]::float4");
        columns.put("j", "jsonb: (ARRAY['1','1.0','\"x\"','{\"a\": [null]}','null',null])[1 + i % 6]::jsonb");
        columns.put("v", "interval: (ARRAY['1 month','30 days','720:00','-1 year 2 days',null])[1 + i % 5]::interval");
        columns.put("n", "inet: (ARRAY['10.0.0.1','10.0.0.0/8','::1',null])[1 + i % 4]::inet");
        columns.put("o", "bool: (ARRAY[true,false,null])[1 + i % 3]");
        columns.put("s", "short: (ARRAY['x','y''z','$1:x',null])[1 + i % 4]::short");
        columns.put("rg", "int4range: (ARRAY['empty','[1,5)','(,3)','[2,)',null])[1 + i % 5]::int4range");
        columns.put("u", "uuid: md5((i % 6)::text)::uuid");
        columns.put("q", "numeric: (ARRAY['1','1.0','1.00000000000000000001','-0.0','NaN',null])[1 + i % 6]::numeric");
        columns.put("t", "timestamptz: '2024-03-31 00:30+01'::timestamptz + (i % 6) * interval '20 min 0.000001 s'");
        columns.put("k", "\"char\": (ARRAY['a','\\200','',null])[1 + i % 4]::\"char\"");
        StringBuilder table = new StringBuilder("CREATE TABLE every (id int8 PRIMARY KEY");
        StringBuilder rows = new StringBuilder("INSERT INTO every SELECT i");
        columns.forEach((name, both) -> {
            table.append(", ").append(name).append(' ').append(both, 0, both.indexOf(": "));
            rows.append(", ").append(both.substring(both.indexOf(": ") + 2));
        });
        sql(table + ")");
        sql(rows + " FROM generate_series(1, 24) i");
        Random random = new Random(11);
        List<String> names = new ArrayList<>(columns.keySet());
        for (String name : names) {
            String other = names.get(random.nextInt(names.size()));
            List<SortKey> order = new ArrayList<>(List.of(
                    new SortKey(name, random.nextBoolean(), random.nextBoolean()),
                    new SortKey("id", random.nextBoolean(), false)));
            if (!other.equals(name)) {
                order.add(1, new SortKey(other, random.nextBoolean(), random.nextBoolean()));
            }
            for (Style style : List.of(Style.CURSOR, Style.KEYSET)) {
                String sql = "SELECT * FROM every";
                PostgresOrigin origin = origin(
                        sql,
                        "every",
                        new Cursors(new byte[] {1, 2, 3}),
                        style,
                        order,
                        1 + random.nextInt(5),
                        Total.NONE);
                List<String> expected = query(sql + orderBy(order));
                assertEquals(expected, forward(origin, "/p"), () -> style + " " + order);
                assertEquals(expected, backward(origin, last(origin, "/p")), () -> style + " back " + order);
            }
        }
    }

    @Test
    void links_keep_what_is_no_word_of_this_style_and_leave_out_what_the_path_says() {
        PostgresOrigin origin = origin(
                "SELECT id, price FROM product WHERE id > :after",
                "after",
                new Cursors(new byte[] {1, 2, 3}),
                Style.CURSOR,
                List.of(new SortKey("id", false, false)),
                10,
                Total.NONE);
        Page first = page(origin, "/p?after=100&limit=7");
        assertEquals(first.rows(), page(origin, first.link("first")).rows());
        Page next = page(origin, first.link("next"));
        assertEquals(first.rows(), page(origin, next.link("first")).rows());
        Answer.Whole pathed =
                assertInstanceOf(Answer.Whole.class, ask(origin, "/p?after=5&after=6&limit=7", Map.of("after", "100")));
        assertEquals(
                first.rows().get(0),
                new JsonObject(pathed.body())
                        .getJsonArray("data")
                        .getJsonObject(0)
                        .encode());
        assertFalse(pathed.headers().get("Link").contains("after="));
    }

    @Test
    void offsets_are_walked_with_totals() throws Exception {
        PostgresOrigin origin = origin(Style.OFFSET, PRICE_DESC_ID, 30, Total.EXACT);
        assertEquals(query(SQL + orderBy(PRICE_DESC_ID)), forward(origin, "/p"));
        Page second = page(origin, "/p?limit=30&offset=30");
        assertEquals(200, second.page().getInteger("total"));
        assertEquals("/p?limit=30&offset=180", second.links().get("last"));
        assertEquals("/p?limit=30&offset=0", second.links().get("prev"));
        assertEquals("/p?limit=30&offset=60", second.links().get("next"));
        assertEquals("/p?limit=30", second.links().get("first"));
        assertEquals(20, page(origin, "/p?limit=30&offset=180").data().size());
        Page beyond = page(origin, "/p?offset=1000");
        assertEquals(List.of(), beyond.rows());
        assertEquals(200, beyond.page().getInteger("total"));
        assertNull(page(origin(Style.OFFSET, PRICE_DESC_ID, 30, Total.NONE), "/p")
                .page()
                .getValue("total"));
    }

    @Test
    void an_estimated_total_is_the_planners_and_said_to_be() throws Exception {
        sql("ANALYZE product");
        Page page = page(origin(Style.OFFSET, PRICE_DESC_ID, 30, Total.ESTIMATED), "/p");
        assertEquals(200, page.page().getInteger("total"));
        assertEquals(true, page.page().getBoolean("estimated"));
        assertFalse(page.links().containsKey("last"));
    }

    @Test
    void filters_are_bound_and_go_with_the_pages() throws Exception {
        PostgresOrigin origin = origin(
                Style.CURSOR,
                PRICE_DESC_ID,
                7,
                Total.EXACT,
                Filter.of("name", Filter.Operator.PREFIX, true),
                Filter.of("price", Filter.Operator.GTE, false),
                Filter.of("price", Filter.Operator.LT, false),
                Filter.of("id", Filter.Operator.IN, true));
        assertEquals(
                query(SQL + " WHERE name LIKE 'a%' AND price >= 1 AND price < 3" + orderBy(PRICE_DESC_ID)),
                forward(origin, "/p?name=a&price.gte=1&price%5Blt%5D=3"));
        assertEquals(List.of(), forward(origin, "/p?name=%25"));
        assertEquals(query(SQL + " WHERE id IN (3, 5)" + orderBy(PRICE_DESC_ID)), forward(origin, "/p?id=3,5"));
        assertEquals(
                3,
                page(origin, "/p?id=1,2,3,4,5,6,7,8&price.gte=1&limit=3").data().size());
    }

    @Test
    void what_is_inserted_or_deleted_between_two_pages_is_neither_repeated_nor_left_out() throws Exception {
        for (Style style : List.of(Style.CURSOR, Style.KEYSET)) {
            PostgresOrigin origin = origin(style, PRICE_DESC_ID, 10, Total.NONE);
            List<String> expected = query(SQL + orderBy(PRICE_DESC_ID));
            List<String> seen = new ArrayList<>();
            int round = 0;
            for (String next = "/p"; next != null; round++) {
                Page page = page(origin, next);
                seen.addAll(page.rows());
                next = page.links().get("next");
                // One before all of it, and the very row that the next page begins behind.
                sql("INSERT INTO product VALUES (" + (-1 - round) + ", NULL, 'new', now())");
                JsonObject end = page.data().getJsonObject(page.data().size() - 1);
                sql("DELETE FROM product WHERE id = " + end.getLong("id"));
            }
            assertEquals(expected, seen);
            sql("DELETE FROM product WHERE id < 0");
            for (String row : expected) {
                JsonObject one = new JsonObject(row);
                sql("INSERT INTO product VALUES (" + one.getLong("id") + ", "
                        + (one.getValue("price") == null ? "NULL" : price(one.getLong("id"))) + ", "
                        + (one.getString("name") == null ? "NULL" : "'" + one.getString("name") + "'") + ", '"
                        + one.getString("made") + "') ON CONFLICT DO NOTHING");
            }
        }
    }

    private static String price(long id) {
        return "(" + id * 37 % 11 + ")::numeric / 3";
    }

    private static Answer.BadRequest refused(PostgresOrigin origin, String uri) {
        return assertInstanceOf(Answer.BadRequest.class, ask(origin, uri), uri);
    }

    @Test
    void a_cursor_that_was_forged_or_is_anothers_is_refused() {
        Cursors cursors = new Cursors(new byte[] {9});
        Filter filter = Filter.of("name", Filter.Operator.PREFIX, true);
        PostgresOrigin origin = origin("a", cursors, Style.CURSOR, PRICE_DESC_ID, 10, Total.NONE, filter);
        String cursor = page(origin, "/p?name=a").page().getString("next");
        assertTrue(page(origin, "/p?name=a&cursor=" + cursor).data().size() > 0);
        assertTrue(page(origin, "/p?limit=3&name=a&cursor=" + cursor).data().size() > 0, "pages of another size");
        assertEquals("cursor", refused(origin, "/p?cursor=" + cursor).parameter());
        assertEquals("cursor", refused(origin, "/p?name=b&cursor=" + cursor).parameter());
        for (int i = 0; i < cursor.length(); i += 5) {
            String forged = cursor.substring(0, i) + (cursor.charAt(i) == 'A' ? 'B' : 'A') + cursor.substring(i + 1);
            assertEquals("cursor", refused(origin, "/p?name=a&cursor=" + forged).parameter());
        }
        for (String nothing : List.of("", "x", "%00", cursor + cursor, "A".repeat(9000))) {
            assertEquals(
                    "cursor", refused(origin, "/p?name=a&cursor=" + nothing).parameter());
        }
        PostgresOrigin other = origin("b", cursors, Style.CURSOR, PRICE_DESC_ID, 10, Total.NONE, filter);
        assertEquals("cursor", refused(other, "/p?name=a&cursor=" + cursor).parameter());
        PostgresOrigin key = origin("a", Cursors.ofThisProcess(), Style.CURSOR, PRICE_DESC_ID, 10, Total.NONE, filter);
        assertEquals("cursor", refused(key, "/p?name=a&cursor=" + cursor).parameter());
    }

    @Test
    void what_is_no_page_is_refused_by_name() {
        PostgresOrigin keyset =
                origin(Style.KEYSET, PRICE_DESC_ID, 10, Total.NONE, Filter.of("price", Filter.Operator.GTE, false));
        for (String limit : List.of("0", "101", "-1", "x", "", "1e1", "99999999999999999999")) {
            assertEquals("limit", refused(keyset, "/p?limit=" + limit).parameter());
        }
        for (String after : List.of(
                "1", "[1]", "[1,2,3]", "[1,", "{}", "[[1],2]", "[1,%22x%22]", "[%22%5Cu0000%22,1]", "[1,1.5]")) {
            assertEquals("after", refused(keyset, "/p?after=" + after).parameter());
        }
        assertEquals("before", refused(keyset, "/p?after=[1,2]&before=[1,2]").parameter());
        assertEquals("price.gte", refused(keyset, "/p?price.gte=cheap").parameter());
        assertEquals(
                "price[gte]", refused(keyset, "/p?price.gte=1&price%5Bgte%5D=2").parameter());
        assertEquals("price.lt", refused(keyset, "/p?price.lt=1").parameter());
        assertEquals("offset", refused(keyset, "/p?offset=1").parameter());
        assertEquals("limit", refused(keyset, "/p?limit=1&limit=2").parameter());
        PostgresOrigin offset = origin(Style.OFFSET, PRICE_DESC_ID, 10, Total.NONE);
        assertEquals("offset", refused(offset, "/p?offset=-1").parameter());
        assertEquals("cursor", refused(offset, "/p?cursor=x").parameter());
    }

    @Test
    void values_of_a_key_may_be_numbers_as_they_are_spelled() {
        PostgresOrigin keyset = origin(Style.KEYSET, PRICE_DESC_ID, 3, Total.NONE);
        Page first = page(keyset, "/p");
        JsonArray next = first.page().getJsonArray("next");
        assertEquals(
                page(keyset, String.valueOf(first.links().get("next"))).rows(),
                page(
                                keyset,
                                "/p?after=[" + (next.getString(0) == null ? "null" : next.getString(0)) + ","
                                        + next.getString(1) + "]")
                        .rows());
    }

    @Test
    void columns_that_are_not_there_or_cannot_be_compared_are_refused_at_the_start() {
        for (String column : List.of("nope", "json")) {
            PostgresOrigin origin = new PostgresOrigin(
                    VERTX,
                    Connections.of(() -> pool),
                    new PostgresSpec(
                            "r",
                            List.of("SELECT id, '{}'::json AS json FROM product"),
                            new Returns.Page(
                                    Style.KEYSET, List.of(new SortKey(column, false, false)), 1, 1, Total.NONE),
                            List.of(),
                            Access.OWN,
                            Guards.LENIENT,
                            null,
                            Duration.ofSeconds(5)),
                    null,
                    OriginObserver.NONE);
            Prepared.Refused refused = assertInstanceOf(
                    Prepared.Refused.class, origin.prepare().await().atMost(Duration.ofSeconds(10)));
            assertFalse(refused.message().isEmpty());
        }
    }
}
