package io.sluice.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What has to hold for a set of manifests, however it came about. */
final class ClusterRules {
    /** Variables whose values are secrets; an address of Redis may hold a password. */
    private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|TOKEN|SECRET|REDIS_HOSTS|API_KEY).*");

    private static final Pattern PASSWORD_IN_URL = Pattern.compile("://[^/\\s:@\"]*:[^/\\s@\"]+@");

    private final List<String> broken = new ArrayList<>();
    private final Manifests manifests;
    private final Pods pods;

    private ClusterRules(Manifests manifests) {
        this.manifests = manifests;
        pods = new Pods(manifests);
    }

    /** What does not hold. */
    static List<String> broken(Manifests manifests) {
        ClusterRules rules = new ClusterRules(manifests);
        rules.pods.deployments().forEach(deployment -> {
            rules.broken.addAll(PodRules.broken(deployment));
            rules.configured(deployment);
            rules.secrets(deployment);
        });
        rules.hold(rules.pods.deployments().findAny().isPresent(), "nothing runs");
        manifests.all(Service.class).forEach(rules::service);
        manifests.all(ServiceMonitor.class).forEach(rules::monitor);
        manifests.all(PodMonitor.class).forEach(rules::monitor);
        manifests.all(NetworkPolicy.class).forEach(rules::policy);
        manifests
                .all(PodDisruptionBudget.class)
                .forEach(budget -> rules.hold(
                        rules.pods.selected(budget.getSpec().getSelector().getMatchLabels()),
                        Pods.name(budget) + " selects no pod"));
        manifests.all(HorizontalPodAutoscaler.class).forEach(rules::scaler);
        rules.hold(manifests.all(Secret.class).findAny().isEmpty(), "a secret stands in the manifests");
        manifests.all(ConfigMap.class).forEach(rules::config);
        return rules.broken;
    }

    private void hold(boolean holds, String what) {
        if (!holds) {
            broken.add(what);
        }
    }

    private void configured(Deployment deployment) {
        for (Volume volume : Pods.pod(deployment).getVolumes()) {
            if (volume.getConfigMap() != null) {
                String name = volume.getConfigMap().getName();
                hold(
                        manifests
                                .all(ConfigMap.class)
                                .anyMatch(map -> map.getMetadata().getName().equals(name)),
                        "no ConfigMap '" + name + "'");
            }
        }
    }

    private void secrets(Deployment deployment) {
        for (Container container : Pods.containers(deployment)) {
            for (EnvVar env : container.getEnv()) {
                hold(
                        !SECRET.matcher(env.getName()).matches()
                                || (env.getValue() == null && env.getValueFrom().getSecretKeyRef() != null),
                        env.getName() + " is no reference to a secret");
                hold(
                        env.getValue() == null
                                || !PASSWORD_IN_URL.matcher(env.getValue()).find(),
                        env.getName() + " holds a password");
            }
        }
    }

    private void service(Service service) {
        Map<String, String> selector = service.getSpec().getSelector();
        hold(pods.selected(selector), Pods.name(service) + " selects no pod");
        for (ServicePort port : service.getSpec().getPorts()) {
            hold(
                    pods.listens(selector, port.getTargetPort()),
                    Pods.name(service) + ": nobody listens on "
                            + port.getTargetPort().getValue());
        }
    }

    private void monitor(ServiceMonitor monitor) {
        Map<String, String> selector = monitor.getSpec().getSelector().getMatchLabels();
        monitor.getSpec()
                .getEndpoints()
                .forEach(endpoint -> hold(
                        "/q/metrics".equals(endpoint.getPath())
                                && manifests
                                        .all(Service.class)
                                        .filter(service -> service.getMetadata()
                                                .getLabels()
                                                .entrySet()
                                                .containsAll(selector.entrySet()))
                                        .flatMap(service -> service.getSpec().getPorts().stream())
                                        .anyMatch(port -> port.getName().equals(endpoint.getPort())
                                                && "management"
                                                        .equals(port.getTargetPort()
                                                                .getStrVal())),
                        Pods.name(monitor) + " finds no metrics"));
    }

    /** A sidecar's port is found by its name here: Prometheus reads the ports of init containers too. */
    private void monitor(PodMonitor monitor) {
        Map<String, String> selector = monitor.getSpec().getSelector().getMatchLabels();
        monitor.getSpec()
                .getPodMetricsEndpoints()
                .forEach(endpoint -> hold(
                        "/q/metrics".equals(endpoint.getPath())
                                && "management".equals(endpoint.getPort())
                                && pods.names(selector, endpoint.getPort()),
                        Pods.name(monitor) + " finds no metrics"));
    }

    private void policy(NetworkPolicy policy) {
        Map<String, String> selector = policy.getSpec().getPodSelector().getMatchLabels();
        hold(pods.selected(selector), Pods.name(policy) + " selects no pod");
        boolean bounded = policy.getSpec().getPolicyTypes().contains("Egress");
        boolean named = !policy.getSpec().getEgress().isEmpty();
        hold(
                policy.getSpec().getPolicyTypes().contains("Ingress") && (bounded || !named),
                Pods.name(policy) + " bounds one way only");
        policy.getSpec().getIngress().forEach(rule -> {
            hold(!rule.getFrom().isEmpty(), Pods.name(policy) + " lets everybody in");
            hold(!rule.getPorts().isEmpty(), Pods.name(policy) + " lets somebody reach every port");
            for (NetworkPolicyPort port : rule.getPorts()) {
                hold(
                        pods.listens(selector, port.getPort()),
                        Pods.name(policy) + ": nobody listens on "
                                + port.getPort().getValue());
            }
        });
        policy.getSpec().getEgress().forEach(rule -> {
            hold(!rule.getTo().isEmpty(), Pods.name(policy) + " lets everywhere out");
            hold(!rule.getPorts().isEmpty(), Pods.name(policy) + " lets every port be reached");
        });
        List<Integer> reached = policy.getSpec().getEgress().stream()
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort().getIntVal())
                .toList();
        hold(!bounded || reached.contains(53), Pods.name(policy) + " lets no name be resolved");
        hold(
                !bounded || reached.stream().anyMatch(port -> port != 53),
                Pods.name(policy) + " lets nobody be reached but DNS");
    }

    private void scaler(HorizontalPodAutoscaler scaler) {
        var target = scaler.getSpec().getScaleTargetRef();
        hold(
                pods.deployments()
                        .anyMatch(
                                deployment -> deployment.getMetadata().getName().equals(target.getName())
                                        && deployment.getKind().equals(target.getKind())
                                        && deployment.getSpec().getReplicas() == null),
                Pods.name(scaler) + " has no target whose replicas it may set");
    }

    private void config(ConfigMap map) {
        String yaml = map.getData().get("sluice.yaml");
        if (yaml != null) {
            String mistakes = Product.mistakes(yaml);
            hold(mistakes.isEmpty(), Pods.name(map) + ": " + mistakes);
            hold(!PASSWORD_IN_URL.matcher(yaml).find(), Pods.name(map) + " holds a password");
            listening(yaml);
        }
    }

    /** Whoever answers Envoy has a port for that. */
    private void listening(String yaml) {
        boolean grpc = yaml.lines().anyMatch(line -> line.startsWith("grpc:"));
        boolean open = pods.deployments()
                .flatMap(deployment -> Pods.gateway(deployment).getPorts().stream())
                .anyMatch(port -> "grpc".equals(port.getName()) && port.getContainerPort() == 8081);
        hold(grpc == open, "the port of gRPC and its configuration are not of one mind");
    }
}
