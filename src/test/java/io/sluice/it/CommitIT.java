package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two instances that keep a row near while it changes in Postgres. */
class CommitIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ROUNDS = 40;
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static final Relay RELAY = new Relay(Postgres.port()).open();
    private static final int WRITES = 200;

    /** An API over the same database: {@code POST /write/1?n=2} is answered when that is committed. */
    private static final Upstream API = new Upstream((asked, wire) -> {
        String[] words = asked.target().split("[/?=]");
        if (words[4].equals("refused")) {
            wire.reply(409, "", "");
        } else {
            Postgres.execute("UPDATE stock SET n = " + words[4] + " WHERE id = " + words[2]);
            wire.ok("");
        }
    });

    private static List<SluiceProcess> fleet = List.of();

    @BeforeAll
    static void start() throws IOException {
        Postgres.execute("CREATE TABLE stock (id int PRIMARY KEY, n int NOT NULL);"
                + "INSERT INTO stock SELECT i, 0 FROM generate_series(1, 100) i");
        Postgres.execute(Files.readString(Path.of("deploy/postgres/invalidation.sql")));
        Postgres.execute("SELECT sluice.watch('stock', 'stock:{id}')");
        String yaml = """
                routes:
                  stock:
                    path: /stock/{id}
                    cache: { ttl: 10m, negative-ttl: 10m, tags: ["stock:{id}"] }
                    postgres: { sql: "SELECT n FROM stock WHERE id = :id", returns: row }
                  write: { path: "/write/{id}", http: { url: "%s", await-commits: 10s } }
                """.formatted(API.url());
        fleet = SluiceProcess.start(
                2, SluiceProcess.setup(yaml).redis(REDIS.url()).postgres(Postgres.url(RELAY.port())));
        awaitListening();
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
        RELAY.close();
        API.close();
    }

    private static void awaitListening() {
        await().atMost(SOON)
                .untilAsserted(() -> fleet.forEach(one ->
                        assertTrue(metrics(one).contains("sluice_invalidation_listening 1.0"), () -> one.log())));
    }

    private static String metrics(SluiceProcess one) {
        return one.management("/q/metrics").body();
    }

    private record Seen(int status, int n, boolean near) {}

    private static Seen get(SluiceProcess one, String path) {
        var reply = one.get(path);
        String status = reply.headers().firstValue("cache-status").orElse("");
        int n = reply.statusCode() == 200 ? new JsonObject(reply.body()).getInteger("n") : -1;
        return new Seen(reply.statusCode(), n, status.contains("; hit"));
    }

    private static void keepNear(String path, int status, int n) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(
                        () -> fleet.forEach(one -> assertEquals(new Seen(status, n, true), get(one, path), one::log)));
    }

    /** Milliseconds from the commit until every instance serves what it made true. */
    private static long untilServed(String path, String sql, int status, int n) {
        Postgres.execute(sql);
        long committed = System.nanoTime();
        for (SluiceProcess one : fleet) {
            Seen seen = get(one, path);
            while (seen.status() != status || seen.n() != n) {
                assertTrue(System.nanoTime() - committed < 5_000_000_000L, () -> "still old after 5 s\n" + one.log());
                seen = get(one, path);
            }
        }
        long served = (System.nanoTime() - committed) / 1_000_000;
        for (int i = 0; i < 5; i++) {
            for (SluiceProcess one : fleet) {
                Seen seen = get(one, path);
                assertEquals(status, seen.status());
                assertEquals(n, seen.n(), "the old value after the new one");
            }
        }
        return served;
    }

    @Test
    void a_commit_is_served_by_every_instance_at_once_and_nothing_older_after_it() {
        List<Long> millis = new ArrayList<>();
        for (int n = 1; n <= ROUNDS; n++) {
            keepNear("/stock/1", 200, n - 1);
            millis.add(untilServed("/stock/1", "UPDATE stock SET n = " + n + " WHERE id = 1", 200, n));
        }
        millis.sort(null);
        assertTrue(millis.get(ROUNDS / 2) < 500 && millis.get(ROUNDS - 1) < 1_000, millis::toString);
        fleet.forEach(one -> assertTrue(metrics(one).contains("sluice_invalidations_total"), one::log));
    }

    private static int write(SluiceProcess one, int id, String n) {
        return Raw.once(
                        one.port,
                        "POST /write/" + id + "?n=" + n
                                + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .status();
    }

    private static double waits(SluiceProcess one, String result) {
        String name = "sluice_commit_waits_total{result=\"" + result + "\"} ";
        return metrics(one)
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    @Test
    void who_writes_through_an_api_behind_one_instance_reads_it_through_every_instance() {
        SluiceProcess writer = fleet.get(0);
        double before = waits(writer, "acknowledged");
        for (int n = 1; n <= WRITES; n++) {
            keepNear("/stock/9", 200, n - 1);
            assertEquals(200, write(writer, 9, Integer.toString(n)));
            // each of them is the first to be read through every other time
            assertEquals(n, get(fleet.get(n % 2), "/stock/9").n(), "the old row, in round " + n);
            assertEquals(n, get(fleet.get((n + 1) % 2), "/stock/9").n(), "the old row, in round " + n);
        }
        assertEquals(WRITES, waits(writer, "acknowledged") - before);
    }

    @Test
    void a_write_that_is_refused_waits_for_no_commit() {
        SluiceProcess writer = fleet.get(0);
        double before = waits(writer, "acknowledged") + waits(writer, "unknown");
        assertEquals(409, write(writer, 9, "refused"));
        assertEquals(before, waits(writer, "acknowledged") + waits(writer, "unknown"));
    }

    @Test
    void rows_that_come_and_go_and_other_spellings_of_a_key_are_invalidated_too() {
        keepNear("/stock/200", 404, -1);
        untilServed("/stock/200", "INSERT INTO stock VALUES (200, 1)", 200, 1);
        keepNear("/stock/0200", 200, 1);
        untilServed("/stock/0200", "UPDATE stock SET n = 2 WHERE id = 200", 200, 2);
        keepNear("/stock/200", 200, 2);
        untilServed("/stock/200", "DELETE FROM stock WHERE id = 200", 404, -1);
        keepNear("/stock/3", 200, 0);
        untilServed("/stock/3", "UPDATE stock SET n = n WHERE id > 50; UPDATE stock SET n = 9 WHERE id = 3", 200, 9);
    }

    @Test
    void a_row_that_did_not_change_stays() {
        keepNear("/stock/5", 200, 0);
        keepNear("/stock/6", 200, 0);
        untilServed("/stock/5", "UPDATE stock SET n = 1 WHERE id = 5", 200, 1);
        fleet.forEach(one -> assertEquals(new Seen(200, 0, true), get(one, "/stock/6")));
    }

    @Test
    void what_was_committed_while_nobody_listened_is_voided_when_they_listen_again() {
        keepNear("/stock/7", 200, 0);
        RELAY.close();
        await().atMost(SOON)
                .untilAsserted(() -> fleet.forEach(
                        one -> assertTrue(metrics(one).contains("sluice_invalidation_listening 0.0"), one::log)));
        Postgres.execute("UPDATE stock SET n = 1 WHERE id = 7");
        fleet.forEach(one -> assertEquals(new Seen(200, 0, true), get(one, "/stock/7")));
        double unknown = waits(fleet.get(0), "unknown");
        assertEquals(200, write(fleet.get(0), 10, "1"), "who writes meanwhile is answered all the same");
        assertEquals(unknown + 1, waits(fleet.get(0), "unknown"));
        RELAY.open();
        awaitListening();
        for (SluiceProcess one : fleet) {
            await().atMost(SOON).until(() -> get(one, "/stock/7"), seen -> {
                assertTrue(seen.n() != 0, "what was missed is served");
                return seen.n() == 1;
            });
        }
        fleet.forEach(one -> assertTrue(one.log().contains("Commits in Postgres are heard again"), one::log));
    }

    @Test
    void an_api_over_the_same_database_is_invalidated_too_from_the_moment_that_its_route_has_tags() {
        AtomicInteger answers = new AtomicInteger();
        String yaml = """
                routes:
                  api:
                    path: /api/{id}
                    cache: { ttl: 10m %s }
                    http: { url: "%s" }
                """;
        try (Upstream upstream = new Upstream(
                        (asked, wire) -> wire.reply(200, "", "{\"n\":" + answers.incrementAndGet() + "}"));
                SluiceProcess alone = SluiceProcess.setup(yaml.formatted("", upstream.url()))
                        .postgres(Postgres.url())
                        .start()) {
            assertFalse(metrics(alone).contains("sluice_invalidation_listening"));
            alone.rewrite(yaml.formatted(", tags: [\"stock:{id}\"]", upstream.url()));
            await().atMost(SOON)
                    .untilAsserted(() -> assertTrue(
                            metrics(alone).contains("sluice_invalidation_listening 1.0"), () -> alone.log()));
            await().atMost(SOON)
                    .untilAsserted(() -> assertEquals(new Seen(200, answers.get(), true), get(alone, "/api/8")));
            int before = answers.get();
            Postgres.execute("UPDATE stock SET n = 1 WHERE id = 8");
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertEquals(before + 1, get(alone, "/api/8").n()));
        }
    }
}
