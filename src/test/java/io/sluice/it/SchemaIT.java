package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A schema that changes while two instances serve it. */
class SchemaIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ROWS = 200;
    private static List<SluiceProcess> fleet = List.of();

    @BeforeAll
    static void start() {
        Postgres.execute("CREATE TABLE ware (id int4 PRIMARY KEY, name text, price int4, state text, extra text);"
                + "INSERT INTO ware SELECT i, 'ware ' || i, i, CASE WHEN i % 2 = 0 THEN 'old' ELSE 'new' END, 'x'"
                + " FROM generate_series(1, " + ROWS + ") i;"
                + "CREATE VIEW shown_ware AS SELECT id, name FROM ware;"
                + "CREATE TABLE other_ware (id int4 PRIMARY KEY, name text);"
                + "INSERT INTO other_ware VALUES (1, 'one')");
        String yaml = """
                routes:
                  one:
                    path: /one/{id}
                    postgres: { sql: "SELECT * FROM ware WHERE id = :id", returns: row }
                  cached:
                    path: /cached/{id}
                    cache: { ttl: 1s }
                    postgres: { sql: "SELECT * FROM ware WHERE id = :id", returns: row }
                  list:
                    path: /list
                    postgres: { sql: "SELECT * FROM ware WHERE price >= :least ORDER BY id", returns: rows }
                  page:
                    path: /page
                    postgres:
                      sql: SELECT * FROM ware
                      returns: page
                      page: { style: keyset, order: [price desc, id], size: 10, total: exact }
                      filters: { state: eq }
                  view:
                    path: /view/{id}
                    postgres: { sql: "SELECT * FROM shown_ware WHERE id = :id", returns: row }
                  put:
                    path: /one/{id}
                    methods: [PUT]
                    postgres: { sql: "UPDATE ware SET price = :body.price WHERE id = :id RETURNING *", returns: row }
                  fragile:
                    path: /fragile/{id}
                    postgres: { sql: "SELECT name FROM other_ware WHERE id = :id", returns: row }
                """;
        fleet = SluiceProcess.start(2, SluiceProcess.setup(yaml).postgres(Postgres.url()));
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
    }

    private static final Map<String, String> REQUESTS = Map.of(
            "one", Load.get("/one/7", "a"),
            "cached", Load.get("/cached/8", "a"),
            "list", Load.get("/list?least=100", "a"),
            "page", Load.get("/page?state=old", "a"),
            "view", Load.get("/view/9", "a"),
            "put",
                    "PUT /one/10 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"price\":10}");

    /** What is done to the schema, each at once or in one transaction, as those do who change one in steps. */
    private static final List<String> MIGRATION = List.of(
            "ALTER TABLE ware ADD COLUMN note text DEFAULT 'n'",
            "ALTER TABLE ware ADD COLUMN amount numeric NOT NULL DEFAULT 0, ADD COLUMN made timestamptz DEFAULT now()",
            "CREATE INDEX CONCURRENTLY ware_price ON ware (price DESC, id)",
            "BEGIN; ALTER TABLE ware RENAME TO ware_kept;"
                    + " CREATE VIEW ware AS SELECT id, name AS title, name, price, state, extra, note FROM ware_kept; COMMIT",
            "BEGIN; DROP VIEW ware; CREATE VIEW ware AS SELECT id, name, price, state, note FROM ware_kept; COMMIT",
            "BEGIN; DROP VIEW ware; ALTER TABLE ware_kept RENAME TO ware; COMMIT",
            "BEGIN; ALTER TABLE ware DROP COLUMN extra; ALTER TABLE ware ADD COLUMN extra int DEFAULT 1; COMMIT",
            "ALTER TABLE ware DROP COLUMN note",
            "ALTER TABLE ware ALTER price TYPE int8",
            "BEGIN; DROP VIEW shown_ware; ALTER TABLE ware ALTER id TYPE int8;"
                    + " CREATE VIEW shown_ware AS SELECT id, name FROM ware; COMMIT",
            "CREATE TYPE ware_state AS ENUM ('old', 'new'); ALTER TABLE ware ALTER state TYPE ware_state USING state::ware_state",
            "ALTER TYPE ware_state ADD VALUE 'sold'",
            "BEGIN; DROP VIEW shown_ware; CREATE VIEW shown_ware AS SELECT id, name, price FROM ware; COMMIT",
            "CREATE INDEX ware_state ON ware (state)",
            "BEGIN; DROP VIEW shown_ware; ALTER TABLE ware ALTER price TYPE numeric(12, 2);"
                    + " CREATE VIEW shown_ware AS SELECT id, name FROM ware; COMMIT",
            "DROP INDEX ware_price",
            "ALTER TABLE ware ALTER state TYPE text USING state::text");

    @Test
    void a_migration_under_load_costs_no_request() {
        Map<String, Load> loads = new TreeMap<>();
        REQUESTS.forEach((route, request) -> loads.put(route, Load.continuous(fleet, request, 2)));
        List<String> failures = new ArrayList<>();
        for (String step : MIGRATION) {
            Postgres.execute(step);
            for (SluiceProcess one : fleet) {
                for (int i = 1; i <= 20; i++) {
                    for (String path : List.of("/one/" + i, "/page?limit=" + i)) {
                        var answer = one.get(path);
                        if (answer.statusCode() != 200) {
                            failures.add(step + ": " + path + ' ' + answer.statusCode() + ' ' + answer.body());
                        }
                    }
                }
            }
        }
        long all = 0;
        List<String> told = new ArrayList<>();
        for (Map.Entry<String, Load> load : loads.entrySet()) {
            Load.Report report = load.getValue().stop();
            load.getValue().close();
            all += report.statuses().size();
            told.add(load.getKey() + ": " + report.statuses().size() + " requests, slowest " + report.slowestMillis()
                    + " ms, p99 " + report.percentileMillis(99) + " ms");
            failures.addAll(report.failures());
            for (int i = 0; i < report.statuses().size(); i++) {
                if (report.statuses().get(i) != 200) {
                    failures.add(load.getKey() + ": " + report.statuses().get(i) + ' '
                            + report.bodies().get(i));
                }
            }
            assertTrue(report.slowestMillis() < 5_000, told::toString);
        }
        assertEquals(
                List.of(), failures.stream().distinct().limit(20).toList(), () -> failures.size() + " failed; " + told);
        assertTrue(all > MIGRATION.size() * 100L, told::toString);
        System.out.println("migration: " + all + " requests, 0 failures; " + String.join("; ", told));
        SluiceProcess one = fleet.get(0);
        assertEquals("new", new JsonObject(one.get("/one/7").body()).getString("state"));
        assertEquals(ROWS, new JsonArray(one.get("/list?least=0").body()).size());
    }

    private static JsonObject ready(SluiceProcess one) {
        return new JsonObject(one.management("/q/health/ready").body())
                .getJsonArray("checks").stream()
                        .map(JsonObject.class::cast)
                        .filter(check -> check.getString("name").equals("sluice"))
                        .findFirst()
                        .orElseThrow();
    }

    private static void awaitReady(SluiceProcess one, String fragile) {
        await().atMost(SOON).untilAsserted(() -> {
            JsonObject ready = ready(one);
            assertEquals("UP", ready.getString("status"));
            assertEquals(
                    fragile,
                    ready.getJsonObject("data").getString("route fragile", ""),
                    () -> ready + System.lineSeparator() + one.log());
        });
    }

    @Test
    void a_route_that_does_not_fit_any_more_is_named_while_others_serve_and_comes_back_without_a_request() {
        SluiceProcess one = fleet.get(0);
        assertEquals(200, one.get("/fragile/1").statusCode());
        Postgres.execute("ALTER TABLE other_ware RENAME COLUMN name TO title");
        var refused = one.get("/fragile/1");
        assertEquals(503, refused.statusCode());
        assertTrue(refused.body().contains("refuses this route's statement"), refused::body);
        awaitReady(one, "its SQL does not fit the schema: column \"name\" does not exist");
        for (int i = 0; i < 50; i++) {
            assertEquals(503, one.get("/fragile/1").statusCode());
            assertEquals(200, one.get("/view/9").statusCode());
        }
        assertTrue(metric(one, 1), () -> one.management("/q/metrics").body());
        Postgres.execute("ALTER TABLE other_ware RENAME COLUMN title TO name");
        awaitReady(one, "");
        assertEquals(200, one.get("/fragile/1").statusCode());
        assertTrue(metric(one, 0));
        assertEquals(1, one.log().split("route fragile: its SQL does not fit the schema", -1).length - 1, one::log);
        assertEquals(1, one.log().split("route fragile: its SQL fits the schema again", -1).length - 1, one::log);
    }

    private static boolean metric(SluiceProcess one, int value) {
        return one.management("/q/metrics").body().contains("sluice_route_misfit{route=\"fragile\"} " + value + ".0");
    }
}
