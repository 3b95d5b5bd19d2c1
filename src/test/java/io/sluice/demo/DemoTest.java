package io.sluice.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    private static final Duration START = Duration.ofSeconds(60);

    @Test
    void asked_to_end_it_leaves_no_process_and_no_file(@TempDir Path folder) throws Exception {
        try (DemoRun run = new DemoRun(folder)) {
            await().atMost(START).until(() -> run.output().contains("Sluice is ready"));
            assertTrue(run.output().contains("curl -i http://localhost:" + run.data + "/products/42"), run.output());
            assertTrue(run.processes().size() >= 3, "gateway, Redis, Postgres: " + run.processes());
            assertFalse(run.files().isEmpty());

            run.process().destroy();

            assertTrue(run.process().waitFor(10, TimeUnit.SECONDS), run.output());
            assertEquals(List.of(), run.processes());
            assertEquals(List.of(), run.files());
        }
    }

    @Test
    void asked_to_end_while_it_starts_it_leaves_no_process_and_no_file(@TempDir Path folder) throws Exception {
        try (DemoRun run = new DemoRun(folder)) {
            await().atMost(START).until(() -> run.output().contains("Starting Postgres"));

            run.process().destroy();

            assertTrue(run.process().waitFor(30, TimeUnit.SECONDS), run.output());
            assertEquals(List.of(), run.processes());
            assertEquals(List.of(), run.files());
        }
    }

    @Test
    void it_ends_with_a_message_when_the_gateway_dies(@TempDir Path folder) throws Exception {
        try (DemoRun run = new DemoRun(folder)) {
            await().atMost(START).until(() -> run.output().contains("Sluice is ready"));

            URI end = URI.create("http://127.0.0.1:" + run.management + "/end");
            var unused = HttpClient.newHttpClient()
                    .sendAsync(HttpRequest.newBuilder(end).build(), HttpResponse.BodyHandlers.discarding());

            assertTrue(run.process().waitFor(10, TimeUnit.SECONDS), run.output());
            assertEquals(1, run.process().exitValue());
            assertTrue(run.output().contains("The gateway ended with code 7"), run.output());
            assertEquals(List.of(), run.processes());
            assertEquals(List.of(), run.files());
        }
    }

    @Test
    void a_busy_port_is_one_line_that_says_which_and_what_to_do() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            int busy = taken.getLocalPort();

            String line = new Listening(busy, Ports.free()).conflict().orElseThrow();

            assertTrue(line.startsWith("Port " + busy + " is in use."), line);
            assertTrue(line.endsWith("QUARKUS_HTTP_PORT=" + (busy + 1) + " mvn -Pdemo"), line);
            assertEquals(1, line.lines().count());
            assertTrue(
                    new Listening(Ports.free(), busy).conflict().orElseThrow().contains("QUARKUS_MANAGEMENT_PORT="));
        }
    }

    @Test
    void ports_come_from_the_variables_the_gateway_reads() {
        assertEquals(new Listening(8080, 9000), Listening.of(Map.of()));
        assertEquals(
                new Listening(8081, 9001),
                Listening.of(Map.of("QUARKUS_HTTP_PORT", "8081", "QUARKUS_MANAGEMENT_PORT", "9001")));
        for (String wrong : List.of("x", "0", "65536")) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> Listening.of(Map.of("QUARKUS_HTTP_PORT", wrong)));
            assertTrue(String.valueOf(refused.getMessage()).contains(wrong));
        }
    }
}
