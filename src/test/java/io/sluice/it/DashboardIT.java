package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The dashboard and the alerts of {@code deploy/} ask for what a running gateway tells. */
class DashboardIT {
    private static final Path DASHBOARD = Path.of("deploy/grafana/dashboards/sluice.json");
    private static final Path ALERTS = Path.of("deploy/prometheus/alerts.yml");
    /** Metrics, and what is between the braces behind them. */
    private static final Pattern METRIC = Pattern.compile("\\b((?:sluice|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");

    private static final Pattern LABEL = Pattern.compile("([a-z]+)\\s*(=~|!=|!~|=)\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
    /** Prometheus adds these to what it scrapes. */
    private static final Set<String> SCRAPED = Set.of("instance", "job");

    @Test
    void every_metric_that_the_dashboard_and_the_alerts_name_is_told_with_these_labels() throws IOException {
        Map<String, List<Map<String, String>>> told = told();
        List<String> questions = new ArrayList<>(alerts("expr"));
        questions.addAll(dashboard());
        assertTrue(questions.size() > 30, () -> questions.size() + " were read");
        Set<String> missing = new TreeSet<>();
        for (String question : questions) {
            METRIC.matcher(question).results().forEach(metric -> missing.addAll(missing(metric, told)));
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void every_alert_says_what_it_is_and_what_to_do() throws IOException {
        assertEquals(alerts("alert").size(), alerts("expr").size());
        for (JsonObject rule : rules()) {
            JsonObject annotations = rule.getJsonObject("annotations");
            assertFalse(annotations.getString("summary").isBlank());
            assertTrue(
                    annotations.getString("description").length() > 100,
                    () -> rule.getString("alert") + " says little of what to do");
            assertTrue(Set.of("critical", "warning")
                    .contains(rule.getJsonObject("labels").getString("severity")));
        }
        assertTrue(
                alerts("alert")
                        .containsAll(List.of(
                                "SluiceDenyRateHigh",
                                "SluiceHitRatioDrop",
                                "SluiceStoreBreakerOpen",
                                "SluiceOriginSlow",
                                "SluiceLeaseLag")),
                () -> alerts("alert").toString());
    }

    private static Set<String> missing(MatchResult metric, Map<String, List<Map<String, String>>> told) {
        List<Map<String, String>> lines = told.get(metric.group(1));
        if (lines == null) {
            return Set.of(metric.group(1));
        }
        String braces = metric.group(2) == null ? "" : metric.group(2);
        return LABEL.matcher(braces)
                .results()
                .filter(label -> !SCRAPED.contains(label.group(1)))
                .filter(label -> lines.stream().noneMatch(line -> takes(label, line)))
                .map(label -> metric.group(1) + "{" + label.group() + "}")
                .collect(Collectors.toSet());
    }

    /** Whether a line has the label, with a value that the matcher takes; what must not be the value is left open. */
    private static boolean takes(MatchResult label, Map<String, String> line) {
        String value = line.get(label.group(1));
        if (value == null) {
            return false;
        }
        boolean variable = label.group(3).startsWith("$");
        return switch (label.group(2)) {
            case "=" -> variable || value.equals(label.group(3));
            case "=~" -> variable || value.matches(label.group(3));
            default -> true;
        };
    }

    /** The labels of each line, by metric, of a gateway that has met everything that is asked for. */
    private static Map<String, List<Map<String, String>>> told() {
        Postgres.execute("CREATE TABLE IF NOT EXISTS dashboard (id int PRIMARY KEY, name text)");
        Postgres.execute("CREATE TABLE IF NOT EXISTS leaving (id int PRIMARY KEY)");
        Upstream gone = new Upstream((asked, wire) -> wire.ok("never asked"));
        gone.close();
        try (EmbeddedRedis redis = new EmbeddedRedis()) {
            String yaml = """
                    limits:
                      one:   { algorithm: sliding-window, quota: 1, window: 1h, key: [client] }
                      delay: { algorithm: token-bucket, quota: 1000, window: 1s, key: [client], on-limit: delay, max-delay: 1s }
                    postgres: { pool: { size: 1, wait: 10ms }, credentials: { file: { password: "%2$s" } } }
                    routes:
                      slow: { path: /slow, postgres: { sql: "SELECT pg_sleep(1)", role: postgres, returns: row } }
                      one:  { path: /one, limits: [one, delay], cache: {}, http: { url: "%1$s" } }
                      gone: { path: /gone, http: { url: "%1$s" } }
                      row:  { path: "/rows/{id}", cache: { ttl: 1m, tags: ["dashboard:{id}"] }, postgres: { sql: "SELECT * FROM dashboard WHERE id = :id", returns: row } }
                      left: { path: "/left/{id}", postgres: { sql: "SELECT id FROM leaving WHERE id = :id", returns: row } }
                    """;
            Path password = Files.createTempFile("dashboard", ".password");
            Files.writeString(password, "postgres");
            try (SluiceProcess sluice = SluiceProcess.setup(yaml.formatted(gone.url(), password))
                    .redis(redis.url())
                    .postgres(Postgres.url())
                    .start()) {
                for (int i = 0; i < 8; i++) {
                    sluice.get("/one");
                    sluice.get("/gone");
                    sluice.get("/rows/1");
                    sluice.get("/left/1");
                }
                sluice.manage(
                        "POST", "/admin/cache/purge", "{\"everything\": true}", "Content-Type", "application/json");
                var waiting = List.of(sluice.getAsync("/slow"), sluice.getAsync("/slow"));
                waiting.forEach(CompletableFuture::join);
                Postgres.execute("DROP TABLE leaving");
                Duration soon = Duration.ofSeconds(20);
                await().atMost(soon).until(() -> {
                    sluice.get("/left/1");
                    return has(sluice, "sluice_route_misfit");
                });
                return lines(sluice.management("/q/metrics").body());
            } finally {
                Files.deleteIfExists(password);
                Postgres.execute("DROP TABLE IF EXISTS dashboard");
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean has(SluiceProcess sluice, String text) {
        return sluice.management("/q/metrics").body().contains(text);
    }

    private static Map<String, List<Map<String, String>>> lines(String metrics) {
        Map<String, List<Map<String, String>>> lines = new TreeMap<>();
        metrics.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String name = line.split("[{ ]", 2)[0];
            Map<String, String> labels = new TreeMap<>();
            LABEL.matcher(line).results().forEach(label -> labels.put(label.group(1), label.group(3)));
            lines.computeIfAbsent(name, first -> new ArrayList<>()).add(labels);
        });
        return lines;
    }

    @SuppressWarnings("unchecked")
    private static List<JsonObject> rules() throws IOException {
        var file =
                (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(ALERTS));
        List<JsonObject> rules = new ArrayList<>();
        for (Object group : new JsonObject(file).getJsonArray("groups")) {
            for (Object rule : ((JsonObject) group).getJsonArray("rules")) {
                rules.add((JsonObject) rule);
            }
        }
        return rules;
    }

    private static List<String> alerts(String key) {
        try {
            return rules().stream().map(rule -> rule.getString(key)).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> dashboard() throws IOException {
        List<String> questions = new ArrayList<>();
        for (Object panel : new JsonObject(Files.readString(DASHBOARD)).getJsonArray("panels")) {
            for (Object target : ((JsonObject) panel).getJsonArray("targets", new JsonArray())) {
                questions.add(((JsonObject) target).getString("expr"));
            }
        }
        return questions;
    }
}
