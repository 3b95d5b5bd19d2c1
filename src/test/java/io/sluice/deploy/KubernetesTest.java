package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain manifests. */
class KubernetesTest {
    private static final Path ROOT = Path.of("deploy/kubernetes");

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "limit-service"})
    void every_rule_holds(String folder) {
        assertEquals(List.of(), ClusterRules.broken(Manifests.of(Manifests.text(ROOT.resolve(folder)))));
    }

    /** In files of their own, since a cluster without the operator takes none of them. */
    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "limit-service"})
    void the_operators_monitor_finds_the_metrics_and_names_them_as_the_alerts_do(String folder) throws IOException {
        String plain = Manifests.text(ROOT.resolve(folder));
        assertFalse(plain.contains("monitoring.coreos.com"), plain);
        String monitor = Files.readString(ROOT.resolve("monitoring/" + folder + ".yaml"));
        Manifests manifests = Manifests.of(plain + "---\n" + monitor);
        assertEquals(List.of(), ClusterRules.broken(manifests));
        var endpoints = manifests
                .all(PodMonitor.class)
                .flatMap(found -> found.getSpec().getPodMetricsEndpoints().stream())
                .toList();
        assertEquals(1, endpoints.size());
        assertTrue(endpoints.get(0).getRelabelings().stream()
                .anyMatch(to -> "job".equals(to.getTargetLabel()) && "sluice".equals(to.getReplacement())));

        for (String[] change : new String[][] {
            {"port: management", "port: metrics"},
            {"path: /q/metrics", "path: /metrics"},
            {"matchLabels: { app.kubernetes.io/name: ", "matchLabels: { app.kubernetes.io/name: other-"}
        }) {
            String wrong = plain + "---\n" + changed(monitor, change[0], change[1]);
            assertTrue(ClusterRules.broken(Manifests.of(wrong)).toString().contains("finds no metrics"), change[1]);
        }
        String renamed = changed(plain, "{ name: management, containerPort", "{ name: metrics, containerPort");
        assertTrue(ClusterRules.broken(Manifests.of(renamed + "---\n" + monitor))
                .toString()
                .contains("finds no metrics"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "limit-service"})
    void each_file_is_listed_once(String folder) throws IOException {
        TreeSet<String> files = new TreeSet<>();
        try (var all = Files.list(ROOT.resolve(folder))) {
            all.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals("kustomization.yaml"))
                    .forEach(files::add);
        }
        List<String> listed = Manifests.resources(ROOT.resolve(folder));
        assertEquals(files, new TreeSet<>(listed));
        assertEquals(files.size(), listed.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "limit-service"})
    void its_pods_are_spread_over_zones_and_nodes(String folder) {
        new Pods(Manifests.of(Manifests.text(ROOT.resolve(folder))))
                .deployments()
                .forEach(deployment -> assertEquals(
                        List.of("topology.kubernetes.io/zone", "kubernetes.io/hostname"),
                        Pods.pod(deployment).getTopologySpreadConstraints().stream()
                                .map(spread -> spread.getTopologyKey())
                                .toList()));
    }

    @Test
    void the_gateway_beside_an_application_is_a_native_sidecar_that_alone_is_reached() {
        Pods pods = new Pods(Manifests.of(Manifests.text(ROOT.resolve("sidecar"))));
        var deployment = pods.deployments().findFirst().orElseThrow();
        var sidecar = Pods.pod(deployment).getInitContainers().get(0);
        assertEquals("sluice", sidecar.getName());
        assertEquals("Always", sidecar.getRestartPolicy());
        String yaml = Manifests.text(ROOT.resolve("sidecar"));
        var app = Pods.pod(deployment).getContainers().get(0);
        assertTrue(yaml.contains("http://127.0.0.1:" + app.getPorts().get(0).getContainerPort()));
        assertTrue(pods.manifests()
                .all(Service.class)
                .flatMap(service -> service.getSpec().getPorts().stream())
                .allMatch(port ->
                        Objects.equals(Product.dataPort(), port.getTargetPort().getIntVal())));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "readOnlyRootFilesystem: true | readOnlyRootFileSystem: true",
                "restartPolicy: Always | restartPolicies: Always",
                "replicas: 3 | replicas: three",
                "containerPort: 8080 | containerPort: '8080'",
                "kind: Service | kind: Servize",
                "maxUnavailable: 1 | maxUnavailable: 1, maxUnavailable: 1",
                "preStop: { sleep: | preStop: { sleeps:",
                "replicas: 3 | replicas: 3, replicas: 3"
            })
    void what_kubernetes_does_not_know_is_refused(String right, String wrong) {
        String yaml = Manifests.text(ROOT.resolve("sidecar"));
        String changed = changed(yaml, right, wrong.replace(", ", "\n  "));
        assertThrows(RuntimeException.class, () -> Manifests.of(changed));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "selector: { app.kubernetes.io/name: shop } | selector: { app.kubernetes.io/name: shops } | selects no pod",
                "targetPort: 8080 | targetPort: 8008 | nobody listens",
                "targetPort: 8080 | targetPort: gateway | nobody listens",
                "/q/health/ready | /q/health | readiness probe",
                "runAsUser: 10001 | runAsUser: 0 | does not run as user 10001",
                "drop: [ALL] | drop: [NET_RAW] | is not confined",
                "terminationGracePeriodSeconds: 60 | terminationGracePeriodSeconds: 30 | it is killed",
                "seconds: 10 | seconds: 30 | it is killed",
                "mountPath: /tmp | mountPath: /var/tmp | nothing is writable",
                "sliding-window | sliding-windw | did you mean",
                "configMap: { name: shop-sluice } | configMap: { name: shop } | no ConfigMap",
                "limits: { memory: 512Mi } | limits: { cpu: 1 } | no limit of memory",
                "valueFrom: { secretKeyRef: { name: shop-sluice, key: admin-token } } | value: open | no reference",
                "postgresql://postgres:5432 | postgresql://shop:pw@postgres:5432 | holds a password",
                "port: 9000, protocol | port: management, protocol | nobody listens",
                "containerPort: 9000 | containerPort: 9001 | no port 'management' 9000",
                "policyTypes: [Ingress, Egress] | policyTypes: [Ingress] | one way only",
                "clients: | grpc: { port: 8081 }, clients: | not of one mind"
            })
    void each_rule_sees_what_breaks_it(String right, String wrong, String said) {
        String yaml =
                changed(Manifests.text(ROOT.resolve("sidecar")), right, wrong.replace("}, clients", "}\n    clients"));
        List<String> broken = ClusterRules.broken(Manifests.of(yaml));
        assertTrue(broken.stream().anyMatch(rule -> rule.contains(said)), broken::toString);
    }

    private static String changed(String yaml, String right, String wrong) {
        assertTrue(yaml.contains(right), right);
        return yaml.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong));
    }
}
