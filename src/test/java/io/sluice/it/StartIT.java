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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    @AfterEach
    void end() {
        upstream.close();
    }

    @Test
    void a_start_and_requests_load_nothing_of_what_is_not_configured(@TempDir Path folder) throws IOException {
        try (EmbeddedRedis redis = new EmbeddedRedis();
                SluiceProcess sluice = logging(folder, """
                                clients: [header:X-Client, address]
                                limits:
                                  exact:  { algorithm: sliding-window, quota: 1, window: 1h, key: [client] }
                                  leased: { algorithm: token-bucket, quota: 100, window: 1h, key: [route], accounting: leased }
                                routes:
                                  all:   { path: /**, limits: [leased], cache: {}, http: { url: "%1$s" } }
                                  exact: { path: /exact, limits: [exact], http: { url: "%1$s" } }
                                """).redis(redis.url()).start()) {
            assertEquals(200, sluice.get("/").statusCode());
            assertEquals(200, sluice.get("/").statusCode());
            assertEquals(200, sluice.get("/exact").statusCode());
            assertEquals(429, sluice.get("/exact").statusCode());
            assertEquals(200, sluice.management("/q/metrics").statusCode());
            assertEquals(0, sluice.terminate());
            assertTrue(loaded(folder, "io.sluice.gateway.").contains("io.sluice.gateway.Gateway"));
            assertEquals(Set.of(), unregistered(loaded(folder, "com.github.benmanes.caffeine.cache.")));
            for (String optional : OPTIONAL) {
                assertEquals(new TreeSet<>(), loaded(folder, optional));
            }
        }
    }

    @Test
    void what_is_configured_is_loaded(@TempDir Path folder) throws IOException {
        try (SluiceProcess sluice = logging(folder, "grpc: { port: " + Ports.free() + " }\nroutes: {}\n")
                .start()) {
            assertEquals(0, sluice.terminate());
            assertFalse(loaded(folder, "io.grpc.").isEmpty());
        }
    }

    @Test
    void keys_of_vault_are_read_and_not_said_to_be_ignored_as_those_are_that_nobody_has() {
        try (SluiceProcess sluice = SluiceProcess.setup(
                        "postgres: { credentials: { vault: { path: secret/data/a } } }\nroutes: {}\n")
                .postgres("postgresql://127.0.0.1:1/none")
                .option("-Dquarkus.vault.url=http://127.0.0.1:1")
                .option("-Dquarkus.valut.url=http://127.0.0.1:1")
                .launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertEquals(1, ended.code());
            assertTrue(ended.output().contains("needs to know as whom to ask Vault"), ended.output());
            assertTrue(ended.output().contains("\"quarkus.valut.url\""), ended.output());
            assertFalse(ended.output().contains("\"quarkus.vault.url\""), ended.output());
        }
    }

    /** Caffeine names the classes that it chooses at run time in capitals; a native program has those that are registered. */
    private static Set<String> unregistered(Set<String> loaded) throws IOException {
        String registered = Files.readString(
                Path.of("src/main/resources/META-INF/native-image/io.sluice/sluice/reflect-config.json"));
        Set<String> chosen = loaded.stream()
                .filter(name -> name.matches(".*\\.[A-Z]+"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertFalse(chosen.isEmpty());
        chosen.removeIf(name -> registered.contains("\"name\": \"" + name + "\""));
        return chosen;
    }

    private SluiceProcess.Setup logging(Path folder, String yaml) {
        return SluiceProcess.setup(yaml.formatted(upstream.url()))
                .option("-Xlog:class+load:file=" + folder.resolve("loaded"));
    }

    private TreeSet<String> loaded(Path folder, String prefix) throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (String line : Files.readAllLines(folder.resolve("loaded"))) {
            // [0.123s][info][class,load] NAME source: WHERE
            String name = line.substring(line.lastIndexOf(']') + 1).strip().split(" ")[0];
            if (name.startsWith(prefix)) {
                found.add(name);
            }
        }
        return found;
    }
}
