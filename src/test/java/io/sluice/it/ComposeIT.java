package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What can be seen of {@code deploy/compose.yaml} without an engine that runs it. */
class ComposeIT {
    private static final Path FOLDER = Path.of("deploy");

    private final JsonObject compose = yaml(FOLDER.resolve("compose.yaml"));
    private final JsonObject services = compose.getJsonObject("services");

    @Test
    void every_file_that_it_mounts_or_builds_from_is_there() {
        List<String> sources = new ArrayList<>(
                List.of(services.getJsonObject("gateway").getJsonObject("build").getString("context")));
        for (String name : services.fieldNames()) {
            for (Object volume : services.getJsonObject(name).getJsonArray("volumes", new JsonArray())) {
                String source = volume.toString().split(":")[0];
                if (source.startsWith(".")) {
                    sources.add(source);
                } else {
                    assertTrue(compose.getJsonObject("volumes").containsKey(source), source);
                }
            }
        }
        assertTrue(sources.size() > 8, sources::toString);
        assertEquals(
                List.of(),
                sources.stream()
                        .filter(source -> !Files.exists(FOLDER.resolve(source)))
                        .toList());
    }

    @Test
    void the_gateway_is_confined_and_only_its_data_port_is_for_everyone() {
        JsonObject gateway = services.getJsonObject("gateway");
        assertTrue(gateway.getBoolean("read_only"));
        assertEquals(new JsonArray(List.of("ALL")), gateway.getJsonArray("cap_drop"));
        assertEquals(new JsonArray(List.of("no-new-privileges:true")), gateway.getJsonArray("security_opt"));
        List<String> open = new ArrayList<>();
        for (String name : services.fieldNames()) {
            for (Object port : services.getJsonObject(name).getJsonArray("ports", new JsonArray())) {
                if (!port.toString().startsWith("127.0.0.1:")) {
                    open.add(port.toString());
                }
            }
        }
        assertEquals(List.of("8080:8080"), open);
    }

    @Test
    void every_image_has_a_version_and_every_condition_a_check() {
        for (String name : services.fieldNames()) {
            JsonObject service = services.getJsonObject(name);
            if (!service.containsKey("build")) {
                assertTrue(service.getString("image").matches("[a-z/-]+:v?[0-9].*"), name);
            }
            if (service.getValue("depends_on") instanceof JsonObject conditions) {
                for (String other : conditions.fieldNames()) {
                    assertTrue(services.containsKey(other), other);
                    boolean asks = "service_healthy"
                            .equals(conditions.getJsonObject(other).getString("condition"));
                    assertEquals(asks, services.getJsonObject(other).containsKey("healthcheck"), other);
                }
            }
        }
    }

    @Test
    void its_configuration_is_valid_and_its_database_is_filled_and_watched_by_the_files_in_their_order()
            throws IOException {
        assertEquals(
                0,
                SluiceProcess.command("check", "src/demo/resources/sluice.yaml").code());
        StringBuilder all = new StringBuilder("CREATE SCHEMA compose; SET search_path = compose;");
        List<String> order = new ArrayList<>();
        for (Object volume : services.getJsonObject("postgres").getJsonArray("volumes")) {
            String[] parts = volume.toString().split(":");
            if (parts[1].startsWith("/docker-entrypoint-initdb.d/")) {
                order.add(parts[1]);
                all.append(Files.readString(FOLDER.resolve(parts[0])));
            }
        }
        assertEquals(order.stream().sorted().toList(), order);
        Postgres.execute(all.toString());
        assertEquals(100_000, Postgres.number("SELECT count(*) FROM compose.product"));
        assertFalse(Postgres.number(
                        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'compose.product'::regclass AND NOT tgisinternal")
                == 0);
        Postgres.execute("DROP SCHEMA compose CASCADE");
    }

    @Test
    void grafana_finds_the_dashboard_and_its_data_source_and_prometheus_its_rules_and_the_gateway() throws IOException {
        JsonObject source = yaml(FOLDER.resolve("grafana/provisioning/datasources/prometheus.yaml"))
                .getJsonArray("datasources")
                .getJsonObject(0);
        assertEquals("http://prometheus:9090", source.getString("url"));
        String path = yaml(FOLDER.resolve("grafana/provisioning/dashboards/sluice.yaml"))
                .getJsonArray("providers")
                .getJsonObject(0)
                .getJsonObject("options")
                .getString("path");
        assertTrue(services.getJsonObject("grafana")
                .getJsonArray("volumes")
                .contains("./grafana/dashboards:" + path + ":ro"));
        JsonObject dashboard = new JsonObject(Files.readString(FOLDER.resolve("grafana/dashboards/sluice.json")));
        assertEquals(
                source.getString("uid"),
                dashboard
                        .getJsonObject("templating")
                        .getJsonArray("list")
                        .getJsonObject(0)
                        .getJsonObject("current")
                        .getString("value"));
        JsonObject prometheus = yaml(FOLDER.resolve("prometheus/prometheus.yml"));
        assertTrue(Files.exists(FOLDER.resolve("prometheus")
                .resolve(prometheus.getJsonArray("rule_files").getString(0))));
        JsonObject job = prometheus.getJsonArray("scrape_configs").getJsonObject(0);
        assertEquals("/q/metrics", job.getString("metrics_path"));
        assertEquals(
                Set.of("gateway:9000"),
                Set.copyOf(job.getJsonArray("static_configs")
                        .getJsonObject(0)
                        .getJsonArray("targets")
                        .getList()));
    }

    @SuppressWarnings("unchecked")
    private static JsonObject yaml(Path file) {
        try {
            return new JsonObject((Map<String, Object>)
                    new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
