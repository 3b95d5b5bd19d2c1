package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two instances that write through one cache, over a table whose commits are told. */
class WriteThroughIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static List<SluiceProcess> fleet = List.of();

    @BeforeAll
    static void start() throws IOException {
        Postgres.execute("CREATE TABLE tally (id int PRIMARY KEY, n int NOT NULL);"
                + "INSERT INTO tally SELECT i, 0 FROM generate_series(1, 60) i");
        Postgres.execute(Files.readString(Path.of("deploy/postgres/invalidation.sql")));
        Postgres.execute("SELECT sluice.watch('tally', 'tally:{id}')");
        String yaml = """
                routes:
                  tally:
                    path: /tally/{id}
                    cache: { ttl: 10m, tags: ["tally:{id}"] }
                    postgres: { sql: "SELECT id, n FROM tally WHERE id = :id", returns: row }
                  set:
                    path: /tally/{id}
                    methods: [PUT]
                    postgres:
                      sql: UPDATE tally SET n = greatest(n, :body.n) WHERE id = :id RETURNING id, n
                      returns: row
                      writes-through: tally
                """;
        fleet = SluiceProcess.start(
                2, SluiceProcess.setup(yaml).redis(REDIS.url()).postgres(Postgres.url()));
        await().atMost(SOON)
                .untilAsserted(() -> fleet.forEach(one -> assertTrue(
                        one.management("/q/metrics").body().contains("sluice_invalidation_listening 1.0"), one::log)));
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
    }

    private static int n(HttpResponse<String> reply) {
        assertEquals(200, reply.statusCode(), reply::body);
        return new JsonObject(reply.body()).getInteger("n");
    }

    private static boolean hit(HttpResponse<String> reply) {
        return reply.headers().firstValue("cache-status").orElse("").contains("; hit");
    }

    private static int put(SluiceProcess one, int id, int n) {
        return n(one.send("PUT", "/tally/" + id, "{\"n\":" + n + "}", "Content-Type", "application/json"));
    }

    @Test
    void what_was_written_is_a_hit_on_every_instance_and_its_own_notification_does_not_void_it() {
        long before = loads();
        for (int id = 1; id <= 30; id++) {
            assertEquals(id, put(fleet.get(id % 2), id, id));
            assertEquals(id, n(fleet.get(0).get("/tally/" + id)));
            assertEquals(id, n(fleet.get(1).get("/tally/" + id)));
        }
        // All notifications have been heard when one that was sent behind them has.
        Postgres.execute("UPDATE tally SET n = 77 WHERE id = 60");
        await().atMost(SOON)
                .until(() ->
                        n(fleet.get(0).get("/tally/60")) == 77 && n(fleet.get(1).get("/tally/60")) == 77);
        int hits = 0;
        for (int id = 1; id <= 30; id++) {
            for (SluiceProcess one : fleet) {
                HttpResponse<String> reply = one.get("/tally/" + id);
                assertEquals(id, n(reply));
                hits += hit(reply) ? 1 : 0;
            }
        }
        assertTrue(hits >= 58, "hits: " + hits + " of 60, loads: " + (loads() - before));
    }

    private static long loads() {
        return Postgres.number("SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_tables WHERE relname = 'tally'");
    }

    @Test
    void nobody_reads_anything_older_than_what_was_written_or_committed_elsewhere() {
        AtomicInteger known = new AtomicInteger();
        AtomicInteger next = new AtomicInteger();
        List<CompletableFuture<Void>> all = IntStream.range(0, 6)
                .mapToObj(client -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 120; i++) {
                        SluiceProcess one = fleet.get((client + i) % 2);
                        if (client < 2) {
                            int mine = next.incrementAndGet();
                            int got = put(one, 50, mine);
                            assertTrue(got >= mine);
                            known.accumulateAndGet(got, Math::max);
                        } else {
                            int least = known.get();
                            int got = n(one.get("/tally/50"));
                            assertTrue(got >= least, () -> got + " after " + least);
                        }
                    }
                }))
                .toList();
        all.forEach(CompletableFuture::join);
        assertEquals(next.get(), n(fleet.get(0).get("/tally/50")));
    }
}
