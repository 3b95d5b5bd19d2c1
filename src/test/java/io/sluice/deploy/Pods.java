package io.sluice.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The pods of one set of manifests, as rules ask about them. */
record Pods(Manifests manifests) {
    Stream<Deployment> deployments() {
        return manifests.all(Deployment.class);
    }

    static PodSpec pod(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec();
    }

    static Map<String, String> labels(Deployment deployment) {
        return deployment.getSpec().getTemplate().getMetadata().getLabels();
    }

    static List<Container> containers(Deployment deployment) {
        return Stream.concat(pod(deployment).getInitContainers().stream(), pod(deployment).getContainers().stream())
                .toList();
    }

    static Container gateway(Deployment deployment) {
        return containers(deployment).stream()
                .filter(container -> container.getName().equals("sluice"))
                .findFirst()
                .orElseThrow();
    }

    static String value(Container container, String variable, String otherwise) {
        return container.getEnv().stream()
                .filter(env -> env.getName().equals(variable))
                .map(env -> env.getValue() == null ? "" : env.getValue())
                .findFirst()
                .orElse(otherwise);
    }

    /** A selector that selects nothing by mistake would be empty: it has to name some label. */
    static boolean selects(Map<String, String> selector, Deployment deployment) {
        return selector != null
                && !selector.isEmpty()
                && labels(deployment).entrySet().containsAll(selector.entrySet());
    }

    boolean selected(Map<String, String> selector) {
        return deployments().anyMatch(deployment -> selects(selector, deployment));
    }

    /**
     * Whether pods that are selected have that port, by name or number. The names of a sidecar's ports count for nothing: Kubernetes before 1.33 does not
     * find them for a Service (kubernetes/kubernetes#128850), nor do all network plugins for a policy.
     */
    boolean listens(Map<String, String> selector, IntOrString port) {
        return deployments()
                .filter(deployment -> selects(selector, deployment))
                .flatMap(deployment -> port.getStrVal() == null
                        ? containers(deployment).stream()
                        : pod(deployment).getContainers().stream())
                .flatMap(container -> container.getPorts().stream())
                .anyMatch(known -> is(known, port));
    }

    /** Whether pods that are selected have a port of that name, a sidecar's included. */
    boolean names(Map<String, String> selector, String port) {
        return deployments()
                .filter(deployment -> selects(selector, deployment))
                .flatMap(deployment -> containers(deployment).stream())
                .flatMap(container -> container.getPorts().stream())
                .anyMatch(known -> port.equals(known.getName()));
    }

    static boolean is(ContainerPort known, IntOrString port) {
        return port.getStrVal() != null
                ? port.getStrVal().equals(known.getName())
                : known.getContainerPort().equals(port.getIntVal());
    }

    static String name(HasMetadata object) {
        return object.getKind() + " " + object.getMetadata().getName();
    }
}
