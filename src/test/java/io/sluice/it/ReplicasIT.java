package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.demo.EmbeddedPostgres;
import io.sluice.origin.postgres.Standby;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways before a primary and a replica that stands still. */
class ReplicasIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** @param replica whether the replica answered */
    private record Seen(int n, boolean replica) {}

    @Test
    void who_wrote_reads_that_at_any_instance_and_others_go_on_to_read_the_replica(@TempDir Path work)
            throws SQLException {
        try (EmbeddedPostgres primary = new EmbeddedPostgres(work)) {
            sql(primary, "CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL); INSERT INTO item VALUES (1, 0)");
            try (Standby standby = new Standby(primary, work, "standby")) {
                holds(primary, standby);
            }
        }
    }

    private static void holds(EmbeddedPostgres primary, Standby standby) {
        String yaml = """
                postgres: { replicas: ["postgresql://127.0.0.1:%d"], max-lag: 1m }
                routes:
                  item: { path: "/items/{id}", methods: [GET], postgres: { sql: "SELECT n, pg_is_in_recovery() AS replica FROM item WHERE id = :id", returns: row } }
                  write: { path: "/items/{id}", methods: [PUT], postgres: { sql: "UPDATE item SET n = :body.n WHERE id = :id", returns: none } }
                """.formatted(standby.port);
        List<SluiceProcess> fleet =
                SluiceProcess.start(2, SluiceProcess.setup(yaml).postgres(primary.url()));
        try (SluiceProcess here = fleet.get(0);
                SluiceProcess there = fleet.get(1)) {
            for (SluiceProcess each : fleet) {
                await().atMost(SOON).until(() -> seen(each).equals(new Seen(0, true)));
            }
            standby.pause();
            HttpResponse<String> written =
                    here.send("PUT", "/items/1", "{\"n\":7}", "Content-Type", "application/json");
            assertEquals(204, written.statusCode(), written::body);
            String place = written.headers().firstValue("sluice-written-at").orElseThrow();
            assertEquals(new Seen(7, false), seen(here), "where it wrote");
            assertEquals(new Seen(0, true), seen(there), "whoever does not say that it wrote");
            assertEquals(new Seen(7, false), seen(there, "Sluice-Written-At", place));
            standby.resume();
            for (SluiceProcess each : fleet) {
                await().atMost(SOON)
                        .until(() -> seen(each, "Sluice-Written-At", place).equals(new Seen(7, true)));
            }
        }
    }

    private static Seen seen(SluiceProcess gateway, String... headers) {
        HttpResponse<String> reply = gateway.get("/items/1", headers);
        assertEquals(200, reply.statusCode(), reply::body);
        JsonObject row = new JsonObject(reply.body());
        return new Seen(row.getInteger("n"), row.getBoolean("replica"));
    }

    private static void sql(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
