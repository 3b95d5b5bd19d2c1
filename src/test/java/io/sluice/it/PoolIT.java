package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A gateway with one connection, which a lock keeps busy. */
class PoolIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void who_waits_too_long_for_a_connection_gets_503_and_the_next_is_served() throws SQLException {
        Postgres.execute("CREATE TABLE held (id int PRIMARY KEY); INSERT INTO held VALUES (1)");
        String yaml = """
                postgres: { pool: { size: 1, wait: 200ms } }
                routes:
                  held: { path: /held, postgres: { sql: "SELECT id FROM held", returns: row, timeout: 20s } }
                  free: { path: /free, postgres: { sql: "SELECT 1 AS n", returns: row, timeout: 20s } }
                """;
        try (SluiceProcess gateway =
                        SluiceProcess.setup(yaml).postgres(Postgres.url()).start();
                Connection other = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + Postgres.port() + "/postgres", "postgres", "postgres")) {
            other.setAutoCommit(false);
            // With one connection that is still being opened, a statement may be learnt at its first use only.
            await().atMost(SOON)
                    .until(() -> gateway.get("/held").statusCode() == 200
                            && gateway.get("/free").statusCode() == 200);
            double before = refused(gateway);
            CompletableFuture<HttpResponse<String>> held;
            try (Statement lock = other.createStatement()) {
                lock.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
                held = gateway.getAsync("/held");
                shows(gateway, "sluice_postgres_pool_used{server=\"primary\"} 1.0");
                HttpResponse<String> refused = gateway.get("/free");
                assertEquals(503, refused.statusCode(), refused::body);
                assertTrue(refused.headers().firstValue("retry-after").isPresent());
                await().atMost(SOON).until(() -> refused(gateway) == before + 1);
                shows(gateway, "sluice_postgres_pool_open{server=\"primary\"} 1.0");
                shows(gateway, "sluice_postgres_pool_idle{server=\"primary\"} 0.0");
            }
            other.rollback();
            assertEquals(200, held.join().statusCode());
            assertEquals(200, gateway.get("/free").statusCode());
            shows(gateway, "sluice_postgres_pool_used{server=\"primary\"} 0.0");
            shows(gateway, "sluice_postgres_pool_waiting{server=\"primary\"} 0.0");
        }
    }

    /** How many have waited too long. */
    private static double refused(SluiceProcess gateway) {
        String name = "sluice_postgres_pool_refused_total{reason=\"late\",server=\"primary\"} ";
        return gateway.management("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    private static void shows(SluiceProcess gateway, String line) {
        await().atMost(SOON).until(() -> gateway.management("/q/metrics").body().contains(line));
    }
}
