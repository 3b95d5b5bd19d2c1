package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The chart's alerts are those of {@code deploy/prometheus/alerts.yml}, which {@code promtool test rules} tests, asked of one release:
 * so what is tested there holds for what the chart renders.
 */
class ChartAlertsTest {
    private static final Path SOURCE = Path.of("deploy/prometheus/alerts.yml");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String JOB = "shop-sluice-management";

    /** A series, and what is behind its name. */
    private static final Pattern SERIES = Pattern.compile("\\b(?:sluice_[a-z_]+|up)\\b(.{0,20})");

    /** A link would do, but not all that install charts from a repository follow it. */
    @Test
    void the_charts_copy_is_that_file() throws IOException {
        assertEquals(
                Files.readString(SOURCE),
                Files.readString(Chart.FOLDER.resolve("files/alerts.yml")),
                "cp deploy/prometheus/alerts.yml deploy/helm/sluice/files/");
    }

    @Test
    void every_alert_is_rendered_under_its_name_for_this_release_alone() throws IOException {
        JsonNode expected = YAML.readTree(
                Files.readString(SOURCE).replace("job=\"sluice\"", "job=\"" + JOB + "\", namespace=\"prod\""));
        expected.path("groups")
                .forEach(group -> group.path("rules")
                        .forEach(rule -> ((ObjectNode) rule.path("labels"))
                                .put("job", JOB)
                                .put("namespace", "prod")));
        JsonNode rendered = YAML.valueToTree(rule().getSpec().getGroups());
        assertEquals(expected.path("groups"), rendered);
        assertTrue(expected.path("groups").path(0).path("rules").size() > 12);
    }

    @Test
    void every_series_is_asked_for_by_its_job() throws IOException {
        for (JsonNode rule :
                YAML.readTree(SOURCE.toFile()).path("groups").path(0).path("rules")) {
            String expression = rule.path("expr").asText();
            List<String> behind = SERIES.matcher(expression)
                    .results()
                    .map(series -> series.group(1))
                    .toList();
            assertTrue(behind.size() > 0, expression);
            behind.forEach(brace -> assertTrue(brace.startsWith("{job=\"sluice\""), expression));
        }
    }

    /** Prometheus' operator names a job by its service, where the monitor says nothing else. */
    @Test
    void that_job_is_what_the_charts_monitor_scrapes() {
        Manifests manifests = Manifests.of(
                Chart.rendered("metrics: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}}"));
        ServiceMonitor monitor = manifests.all(ServiceMonitor.class).findFirst().orElseThrow();
        assertNull(monitor.getSpec().getJobLabel());
        assertTrue(manifests
                .all(Service.class)
                .filter(service -> service.getMetadata().getName().equals(JOB))
                .anyMatch(service -> service.getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(
                                monitor.getSpec().getSelector().getMatchLabels().entrySet())));
    }

    private static PrometheusRule rule() {
        return Manifests.of(Chart.rendered("metrics: {prometheusRule: {enabled: true}}"))
                .all(PrometheusRule.class)
                .findFirst()
                .orElseThrow();
    }
}
