package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart: what it renders goes through the same strict parsing and the same rules as the plain manifests. */
class ChartTest {
    @Test
    void helm_finds_nothing_to_say_but_that_there_is_no_icon() {
        var lint = new Helm(Chart.FOLDER).lint().strict().call();
        assertFalse(lint.isFailed(), () -> lint.getMessages().toString());
    }

    @Test
    void no_value_has_to_be_given() {
        Manifests manifests = Manifests.of(Chart.rendered("{}"));
        assertEquals(List.of(), ClusterRules.broken(manifests));
        assertEquals(
                new TreeSet<>(List.of("ConfigMap", "Deployment", "PodDisruptionBudget", "Service")),
                new TreeSet<>(manifests.objects().stream()
                        .map(object -> object.getKind())
                        .toList()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: limit-service | targetPort: grpc",
                "{mode: limit-service, networkPolicy: {enabled: true}} | port: grpc",
                "config: {limits: {one: {algorithm: fixed-window, quota: 7, window: 1m, key: [client]}}} | quota: 7",
                "config: 'limits: {one: {algorithm: fixed-window, quota: 7, window: 1m, key: [client]}}' | quota: 7",
                "{mode: limit-service, config: {grpc: {port: 8081}}} | port: 8081",
                "upstream: http://shop:3000 | http://shop:3000",
                "image: {repository: registry/sluice, tag: v2, pullPolicy: Always} | registry/sluice:v2",
                "image: {digest: sha256:0123456789012345678901234567890123456789012345678901234567890123} | sluice@sha256:01",
                "imagePullSecrets: [pull] | - name: pull",
                "nameOverride: gate | name: shop-gate",
                "fullnameOverride: portal | name: portal",
                "replicas: 5 | replicas: 5",
                "redis: {existingSecret: redis} | secretKeyRef: { name: redis, key: redis-hosts }",
                "redis: {existingSecret: r, key: hosts, clientType: cluster} | value: cluster",
                "redis: {existingSecret: r, clientType: sentinel, masterName: limits} | QUARKUS_REDIS_MASTER_NAME",
                "postgres: {url: 'postgresql://db:5432/shop', existingSecret: pg} | mountPath: /etc/secrets/postgres",
                "postgres: {url: 'postgresql://db:5432/shop', existingSecret: pg, secretAs: env} | key: password",
                "adminToken: {existingSecret: admin, key: token} | { name: admin, key: token }",
                "shutdown: {delaySeconds: 20, timeoutSeconds: 60} | terminationGracePeriodSeconds: 90",
                "resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}} | memory: 1Gi",
                "javaOptions: -Xmx300m | { name: JDK_JAVA_OPTIONS, value: \"-Xmx300m\" }",
                "extraEnv: [{name: CHECK_TOKEN, valueFrom: {secretKeyRef: {name: a, key: b}}}] | CHECK_TOKEN",
                "{extraVolumes: [{name: tls, secret: {secretName: ccp}}], extraVolumeMounts: [{name: tls, mountPath: /tls}]} | /tls",
                "service: {type: LoadBalancer, port: 8000, annotations: {a: b}} | type: LoadBalancer",
                "ingress: {enabled: true, className: nginx, host: shop.example, tlsSecret: shop-tls} | kind: Ingress",
                "ingress: {enabled: true} | kind: Ingress",
                "autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 9, targetCPU: 50} | averageUtilization: 50",
                "podDisruptionBudget: {maxUnavailable: 25%} | maxUnavailable: 25%",
                "networkPolicy: {enabled: true} | sluice-client: \"true\"",
                "networkPolicy: {enabled: true, clients: [{podSelector: {matchLabels: {a: b}}}], monitoring: [{ipBlock: {cidr: 10.0.0.0/8}}]} | cidr: 10.0.0.0/8",
                "networkPolicy: {enabled: true, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 6379, protocol: TCP}]}]} | port: 6379",
                "metrics: {serviceMonitor: {enabled: true, interval: 30s, labels: {release: prometheus}}} | kind: ServiceMonitor",
                "metrics: {prometheusRule: {enabled: true, labels: {release: prometheus}}} | kind: PrometheusRule",
                "serviceAccount: {create: true, annotations: {a: b}} | serviceAccountName: shop-sluice",
                "serviceAccount: {name: theirs} | serviceAccountName: theirs",
                "podAnnotations: {team: shop} | team: shop",
                "podLabels: {team: shop} | team: shop",
                "nodeSelector: {disk: ssd} | disk: ssd",
                "tolerations: [{key: a, operator: Exists}] | operator: Exists",
                "affinity: {podAntiAffinity: {}} | podAntiAffinity",
                "priorityClassName: high | priorityClassName: high"
            })
    void each_option_renders_what_kubernetes_takes(String values, String rendered) {
        String yaml = Chart.rendered(values);
        assertEquals(List.of(), ClusterRules.broken(Manifests.of(yaml)));
        assertTrue(yaml.contains(rendered), yaml);
        assertFalse(Chart.rendered("{}").contains(rendered), "it is there without the option");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "podDisruptionBudget: {enabled: false} | kind: PodDisruptionBudget",
                "topologySpread: false | topologyKey",
                "existingConfigMap: mine | kind: ConfigMap",
                "restartOnConfigChange: false | checksum/config",
                "autoscaling: {enabled: true} | replicas: 2",
                "mode: limit-service | targetPort: gateway"
            })
    void what_is_off_is_not_rendered(String values, String missing) {
        String yaml = Chart.rendered(values);
        Manifests.of(yaml);
        assertFalse(yaml.contains(missing), yaml);
        assertTrue(Chart.rendered("{}").contains(missing));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: sidecar | mode",
                "replica: 3 | replica",
                "replicas: 0 | replicas",
                "replicas: two | replicas",
                "image: {name: sluice} | name",
                "image: {digest: latest} | digest",
                "image: {pullPolicy: Sometimes} | pullPolicy",
                "redis: {clientType: replicated} | clientType",
                "redis: {existingSecret: r, clientType: sentinel} | masterName",
                "redis: {password: secret} | password",
                "postgres: {url: 'postgresql://user:pw@db/shop'} | url",
                "postgres: {secretAs: text} | secretAs",
                "upstream: shop:80 | upstream",
                "shutdown: {timeoutSeconds: 30s} | timeoutSeconds",
                "resources: {limits: {cpu: 1, memory: null}} | memory",
                "service: {type: ExternalName} | type",
                "service: {port: 70000} | port",
                "networkPolicy: {clients: everybody} | clients",
                "networkPolicy: {enabled: true, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]} | ports",
                "networkPolicy: {enabled: true, egress: [{to: [], ports: [{port: 443}]}]} | egress",
                "podDisruptionBudget: {maxUnavailable: some} | maxUnavailable",
                "metrics: {serviceMonitor: {interval: often}} | interval",
                "podLabels: {team: 7} | team",
                "config: 7 | config",
                "{mode: limit-service, config: {limits: {}}} | grpc"
            })
    void wrong_values_are_refused_by_name(String values, String named) {
        String said = assertThrows(IllegalStateException.class, () -> Chart.rendered(values))
                .getMessage();
        assertTrue(String.valueOf(said).contains(named), said);
    }

    @Test
    void a_policy_that_names_nobody_to_reach_does_not_cut_off_redis_and_what_is_behind_the_gateway() {
        NetworkPolicy open = policy("{enabled: true}");
        assertEquals(List.of("Ingress"), open.getSpec().getPolicyTypes());
        assertEquals(List.of(), open.getSpec().getEgress());
        NetworkPolicy bounded = policy(
                "{enabled: true, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 6379, protocol: TCP}]}]}");
        assertEquals(List.of("Ingress", "Egress"), bounded.getSpec().getPolicyTypes());
        assertEquals(
                List.of(53, 53, 6379),
                bounded.getSpec().getEgress().stream()
                        .flatMap(rule -> rule.getPorts().stream())
                        .map(port -> port.getPort().getIntVal())
                        .toList());
    }

    private static NetworkPolicy policy(String values) {
        return Manifests.of(Chart.rendered("networkPolicy: " + values))
                .all(NetworkPolicy.class)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_changed_configuration_replaces_the_pods() {
        String one = checksum(Chart.rendered("config: {instances: 1}"));
        assertEquals(one, checksum(Chart.rendered("{config: {instances: 1}, replicas: 3}")));
        assertNotEquals(one, checksum(Chart.rendered("config: {instances: 2}")));
    }

    private static String checksum(String yaml) {
        return yaml.lines()
                .filter(line -> line.contains("checksum/config"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clients: [header:X-API-Key, address]", "headers: both"})
    void a_text_and_a_map_are_the_same_configuration(String config) {
        String map = Chart.rendered("config: {" + config + "}");
        String text = Chart.rendered("config: '" + config + "'");
        assertEquals(sluice(map), sluice(text));
    }

    private static JsonNode sluice(String yaml) {
        try {
            return new ObjectMapper(new YAMLFactory())
                    .readTree(Manifests.of(yaml)
                            .all(ConfigMap.class)
                            .findFirst()
                            .orElseThrow()
                            .getData()
                            .get("sluice.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void each_value_is_documented_and_known_to_the_schema_and_none_besides() throws IOException {
        String text = Files.readString(Chart.FOLDER.resolve("values.yaml"));
        JsonNode values = new ObjectMapper(new YAMLFactory()).readTree(text);
        JsonNode schema = new ObjectMapper()
                .readTree(Chart.FOLDER.resolve("values.schema.json").toFile());
        List<String> wrong = new ArrayList<>();
        compare("", values, schema, wrong);
        assertEquals(List.of("global"), wrong, "what Helm itself hands down, and no other");
    }

    private static void compare(String at, JsonNode values, JsonNode schema, List<String> wrong) {
        JsonNode properties = schema.path("properties");
        if (!properties.isObject()) {
            return;
        }
        if (!schema.path("additionalProperties").isBoolean()
                || schema.path("additionalProperties").asBoolean()) {
            wrong.add(at + " is open");
        }
        TreeSet<String> names = new TreeSet<>();
        values.fieldNames().forEachRemaining(names::add);
        properties.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (!values.has(name) || !properties.has(name)) {
                wrong.add(at + name);
            } else {
                compare(at + name + ".", values.get(name), properties.get(name), wrong);
            }
        }
    }
}
