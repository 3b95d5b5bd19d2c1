package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.Ports;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How it starts, is reconfigured, and ends. */
class LifecycleIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** How soon a change of the file is in use: looked for each second, then read. */
    private static final Duration RELOAD = Duration.ofSeconds(4);

    private static final CountDownLatch ANSWER_SLOW = new CountDownLatch(1);
    private static final Upstream UPSTREAM = new Upstream((asked, wire) -> {
        if (asked.target().equals("/slow") && !ANSWER_SLOW.await(20, TimeUnit.SECONDS)) {
            throw new IOException("never let go");
        }
        wire.ok("up " + asked.header("x-version"));
    });

    @AfterAll
    static void end() {
        UPSTREAM.close();
    }

    private static String version(String version) {
        return """
                routes:
                  all: { path: /**, http: { url: "%s", headers: { set: { X-Version: "%s" } } } }
                """.formatted(UPSTREAM.url(), version);
    }

    private static void assertNoStackTrace(String output) {
        assertFalse(output.lines().anyMatch(line -> line.startsWith("\tat ")), output);
    }

    @Test
    void sigterm_makes_it_unready_answers_what_was_accepted_and_exits_0() throws Exception {
        try (SluiceProcess sluice = SluiceProcess.setup(version("1"))
                .with("SLUICE_SHUTDOWN_DELAY", "1s")
                .start()) {
            CompletableFuture<HttpResponse<String>> slow = CompletableFuture.supplyAsync(() -> sluice.get("/slow"));
            await().atMost(SOON).until(() -> !UPSTREAM.asked("/slow").isEmpty());
            CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(sluice::terminate);
            await().pollInterval(Duration.ofMillis(20)).atMost(SOON).untilAsserted(() -> {
                HttpResponse<String> ready = sluice.management("/q/health/ready");
                assertEquals(503, ready.statusCode());
                assertEquals("DOWN", new JsonObject(ready.body()).getString("status"));
            });
            assertEquals(200, sluice.management("/q/health/live").statusCode());
            assertEquals(200, sluice.get("/late").statusCode(), "what still comes is answered");
            ANSWER_SLOW.countDown();
            HttpResponse<String> answer = slow.get(20, TimeUnit.SECONDS);
            assertEquals(200, answer.statusCode());
            assertEquals("up 1", answer.body());
            assertEquals(0, exit.get(30, TimeUnit.SECONDS), sluice.log());
        }
    }

    private static void awaitVersion(SluiceProcess sluice, String version) {
        await().pollInterval(Duration.ofMillis(50))
                .atMost(RELOAD)
                .untilAsserted(
                        () -> assertEquals("up " + version, sluice.get("/v").body()));
    }

    /** As the kubelet lays a ConfigMap out: the file is a link to {@code ..data/FILE}, and {@code ..data} is swapped. */
    private static void layOut(Path folder, String data, String yaml) throws IOException {
        Files.createDirectory(folder.resolve(data));
        Files.writeString(folder.resolve(data).resolve("sluice.yaml"), yaml);
        Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(data));
        Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void a_change_of_the_file_takes_effect_without_a_lost_request_and_a_mistake_changes_nothing(@TempDir Path folder)
            throws IOException {
        layOut(folder, "..first", version("1"));
        Path file = Files.createSymbolicLink(folder.resolve("sluice.yaml"), Path.of("..data", "sluice.yaml"));
        try (SluiceProcess sluice = SluiceProcess.setup("").file(file).start();
                Load load = Load.continuous(List.of(sluice), Load.get("/load", "c"), 4)) {
            assertEquals("up 1", sluice.get("/v").body());
            sluice.rewrite(version("2"));
            awaitVersion(sluice, "2");

            layOut(folder, "..second", version("3"));
            awaitVersion(sluice, "3");

            sluice.rewrite(version("4").replace("path:", "pth:"));
            await().atMost(RELOAD).until(() -> sluice.log().contains(file + ":2:"));
            assertTrue(sluice.log().contains("pth"), sluice.log());
            assertTrue(sluice.log().contains("path"), sluice.log());
            assertEquals("up 3", sluice.get("/v").body());
            assertNoStackTrace(sluice.log());

            Path moved = Files.writeString(folder.resolve("new.yaml"), version("5"));
            Files.move(moved, file.toRealPath(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            awaitVersion(sluice, "5");

            Load.Report report = load.stop();
            assertEquals(List.of(), report.failures());
            assertEquals(report.statuses().size(), report.count(200));
        }
    }

    @Test
    void one_port_for_requests_and_management_is_one_clear_line() {
        String port = Integer.toString(Ports.free());
        try (SluiceProcess sluice = SluiceProcess.setup(version("1"))
                .with("QUARKUS_HTTP_PORT", port)
                .with("QUARKUS_MANAGEMENT_PORT", port)
                .launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertEquals(1, ended.code());
            assertNoStackTrace(ended.output());
            assertTrue(
                    ended.output().contains("port " + port + " is both QUARKUS_HTTP_PORT and QUARKUS_MANAGEMENT_PORT"),
                    ended.output());
        }
    }

    @Test
    void a_port_in_use_is_one_clear_line() throws IOException {
        try (ServerSocket taken = new ServerSocket(0);
                SluiceProcess sluice = SluiceProcess.setup(version("1"))
                        .with("QUARKUS_HTTP_PORT", Integer.toString(taken.getLocalPort()))
                        .launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertNotEquals(0, ended.code());
            assertNoStackTrace(ended.output());
            List<String> said = ended.output()
                    .lines()
                    .filter(line -> line.contains(Integer.toString(taken.getLocalPort())))
                    .filter(line -> !line.contains("Sluice serves"))
                    .toList();
            assertEquals(1, said.size(), ended.output());
            assertTrue(said.get(0).contains("in use"), said.get(0));
        }
    }

    private static final String MISTAKES = """
            limits:
              one: { algorithm: sliding-windw, quota: 0, window: 1h, key: [client] }
            routes:
              all: { pth: /**, limits: [tow], http: { url: "ftp://x" } }
            """;

    private static void assertEveryMistake(String file, String output) {
        for (String place : new String[] {":2:21: ", ":2:43: ", ":4:10: ", ":4:3: ", ":4:29: ", ":4:48: "}) {
            assertTrue(output.contains(file + place), "no " + place + " in:\n" + output);
        }
        assertTrue(output.contains("sliding-window"), output);
        assertNoStackTrace(output);
    }

    @Test
    void a_file_with_mistakes_stops_the_start_with_all_of_them() {
        try (SluiceProcess sluice = SluiceProcess.setup(MISTAKES).launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertEquals(1, ended.code());
            assertEveryMistake(sluice.config.toString(), ended.output());
        }
    }

    @Test
    void check_reports_every_mistake_offline(@TempDir Path folder) throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.yaml"), MISTAKES);
        SluiceProcess.Ended ended = SluiceProcess.command("check", bad.toString());
        assertEquals(1, ended.code(), ended.output());
        assertEveryMistake(bad.toString(), ended.output());
    }

    @Test
    void check_is_fine_with_a_file_without_mistakes_also_when_nothing_of_it_is_there(@TempDir Path folder)
            throws IOException {
        Path good = Files.writeString(
                folder.resolve("good.yaml"),
                version("1")
                        + "  row: { path: '/r/{id}', postgres: { sql: 'SELECT id FROM t WHERE id = :id', returns: row } }\n");
        SluiceProcess.Ended ended = SluiceProcess.command("check", good.toString());
        assertEquals(0, ended.code(), ended.output());
        assertTrue(ended.output().contains("2 routes"), ended.output());
    }

    private static String rows(String sql) {
        return version("1") + "  row:\n" + "    path: /rows/{id}\n" + "    cache: { ttl: 60s }\n" + "    postgres:\n"
                + "      sql: " + sql + "\n" + "      returns: row\n";
    }

    @Test
    void postgres_may_come_later_than_the_gateway() {
        Postgres.execute("CREATE TABLE IF NOT EXISTS later (id int PRIMARY KEY, name text);"
                + "INSERT INTO later VALUES (1, 'here') ON CONFLICT DO NOTHING");
        try (Relay relay = new Relay(Postgres.port());
                SluiceProcess sluice = SluiceProcess.setup(rows("SELECT id, name FROM later WHERE id = :id"))
                        .postgres(Postgres.url(relay.port()))
                        .start()) {
            assertEquals(200, sluice.get("/http").statusCode());
            HttpResponse<String> away = sluice.get("/rows/1");
            assertEquals(503, away.statusCode(), away.body());
            assertEquals(
                    "application/problem+json",
                    away.headers().firstValue("content-type").orElse(""));
            assertTrue(Integer.parseInt(away.headers().firstValue("retry-after").orElse("0")) >= 1);
            HttpResponse<String> ready = sluice.management("/q/health/ready");
            assertEquals(200, ready.statusCode());
            assertTrue(ready.body().contains("\"postgres\": \"down\""), ready.body());
            relay.open();
            await().atMost(SOON)
                    .untilAsserted(() -> assertEquals(
                            "{\"id\":1,\"name\":\"here\"}",
                            sluice.get("/rows/1").body()));
            await().atMost(SOON)
                    .until(() -> sluice.management("/q/health/ready").body().contains("\"postgres\": \"up\""));
            assertEquals(400, sluice.get("/rows/x").statusCode(), "types are learnt by then");
        }
    }

    @Test
    void a_postgres_route_without_a_datasource_is_a_mistake_with_its_place() {
        try (SluiceProcess sluice = SluiceProcess.setup(rows("SELECT 1 AS id")).launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertEquals(1, ended.code(), ended.output());
            assertTrue(ended.output().contains(sluice.config + ":6:5: "), ended.output());
            assertTrue(ended.output().contains("QUARKUS_DATASOURCE_REACTIVE_URL"), ended.output());
            assertNoStackTrace(ended.output());
        }
    }

    @Test
    void sql_that_postgres_refuses_stops_the_start_with_its_place() {
        try (SluiceProcess sluice = SluiceProcess.setup(rows("SELECT nonsense FROM pg_class WHERE oid = :id"))
                .postgres(Postgres.url())
                .launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertEquals(1, ended.code(), ended.output());
            // the column of the name that does not exist
            assertTrue(ended.output().contains(sluice.config + ":7:19: "), ended.output());
            assertTrue(ended.output().contains("nonsense"), ended.output());
            assertNoStackTrace(ended.output());
        }
    }
}
