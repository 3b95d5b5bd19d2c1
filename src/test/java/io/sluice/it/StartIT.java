package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.sluice.demo.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start costs: what is not configured is not even loaded. */
class StartIT {
    /** What few configurations use, and what was seen to cost a start dearly. */
    private static final List<String> OPTIONAL = List.of(
            "io.grpc.",
            "io.vertx.grpc.",
            "com.google.protobuf.",
            "io.envoyproxy.",
            "io.opentelemetry.",
            "io.smallrye.jwt.",
            "org.jose4j.",
            "io.quarkus.vault.",
            "io.vertx.ext.web.client.",
            "picocli.");

    private final Upstream upstream =
            new Upstream((asked, wire) -> wire.reply(200, "Cache-Control: max-age=60\r\n", "up"));

    @TempDir
    private Path folder;

    @AfterEach
    void end() {
        upstream.close();
    }

    @Test
    void a_start_and_requests_load_nothing_of_what_is_not_configured() throws IOException {
        try (EmbeddedRedis redis = new EmbeddedRedis();
                SluiceProcess sluice = logging("""
                                clients: [header:X-Client, address]
                                limits:
                                  exact:  { algorithm: sliding-window, quota: 1, window: 1h, key: [client] }
                                  leased: { algorithm: token-bucket, quota: 100, window: 1h, key: [route], accounting: leased }
                                routes:
                                  all:   { path: /**, limits: [leased], cache: {}, http: { url: "%1$s" } }
                                  exact: { path: /exact, limits: [exact], http: { url: "%1$s" } }
                                """)
                        .redis(redis.url())
                        .start()) {
            assertEquals(200, sluice.get("/").statusCode());
            assertEquals(200, sluice.get("/").statusCode());
            assertEquals(200, sluice.get("/exact").statusCode());
            assertEquals(429, sluice.get("/exact").statusCode());
            assertEquals(200, sluice.management("/q/metrics").statusCode());
            assertEquals(0, sluice.terminate());
            assertTrue(loaded("io.sluice.gateway.").contains("io.sluice.gateway.Gateway"));
            for (String optional : OPTIONAL) {
                assertEquals(new TreeSet<>(), loaded(optional));
            }
        }
    }

    @Test
    void what_is_configured_is_loaded() throws IOException {
        try (SluiceProcess sluice = logging("grpc: { port: " + Ports.free() + " }\nroutes: {}\n")
                .start()) {
            assertEquals(0, sluice.terminate());
            assertFalse(loaded("io.grpc.").isEmpty());
        }
    }

    private SluiceProcess.Setup logging(String yaml) {
        return SluiceProcess.setup(yaml.formatted(upstream.url())).option("-Xlog:class+load:file=" + log());
    }

    private Path log() {
        return folder.resolve("loaded");
    }

    private TreeSet<String> loaded(String prefix) throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (String line : Files.readAllLines(log())) {
            // [0.123s][info][class,load] NAME source: WHERE
            String name = line.substring(line.lastIndexOf(']') + 1).strip().split(" ")[0];
            if (name.startsWith(prefix)) {
                found.add(name);
            }
        }
        return found;
    }
}
