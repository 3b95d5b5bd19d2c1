package io.sluice.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What has to hold for each pod with the gateway in it. */
final class PodRules {
    /** Seconds from the end of the drain to the end of the process, and of an application that stands beside. */
    private static final int ENDING = 5;

    private final List<String> broken = new ArrayList<>();
    private final Deployment deployment;
    private final Container gateway;

    private PodRules(Deployment deployment) {
        this.deployment = deployment;
        gateway = Pods.gateway(deployment);
    }

    /** What does not hold. */
    static List<String> broken(Deployment deployment) {
        PodRules rules = new PodRules(deployment);
        rules.selectors();
        rules.ports();
        rules.probes();
        rules.confined();
        rules.resources();
        rules.volumes();
        rules.end();
        return rules.broken;
    }

    private void hold(boolean holds, String what) {
        if (!holds) {
            broken.add(Pods.name(deployment) + ": " + what);
        }
    }

    private void selectors() {
        hold(
                Pods.selects(deployment.getSpec().getSelector().getMatchLabels(), deployment),
                "its selector is not its pods' labels");
        for (TopologySpreadConstraint spread : Pods.pod(deployment).getTopologySpreadConstraints()) {
            hold(
                    Pods.selects(spread.getLabelSelector().getMatchLabels(), deployment),
                    "its pods are spread by other labels");
        }
    }

    private void ports() {
        port("gateway", Product.dataPort());
        port("management", Product.managementPort());
    }

    private void port(String name, int number) {
        hold(
                gateway.getPorts().stream()
                        .anyMatch(port -> name.equals(port.getName()) && port.getContainerPort() == number),
                "no port '" + name + "' " + number);
    }

    private void probes() {
        probe("startup", gateway.getStartupProbe(), "/q/health/started");
        probe("readiness", gateway.getReadinessProbe(), "/q/health/ready");
        probe("liveness", gateway.getLivenessProbe(), "/q/health/live");
    }

    private void probe(String kind, Probe probe, String path) {
        hold(
                probe != null
                        && probe.getHttpGet() != null
                        && path.equals(probe.getHttpGet().getPath())
                        && "management".equals(probe.getHttpGet().getPort().getStrVal()),
                "its " + kind + " probe is not " + path + " on management");
    }

    private void confined() {
        PodSecurityContext pod = Pods.pod(deployment).getSecurityContext();
        hold(
                pod != null
                        && Boolean.TRUE.equals(pod.getRunAsNonRoot())
                        && Objects.equals(pod.getRunAsUser(), 10_001L)
                        && pod.getSeccompProfile() != null
                        && "RuntimeDefault".equals(pod.getSeccompProfile().getType()),
                "it does not run as user 10001 under the runtime's seccomp profile");
        hold(
                Boolean.FALSE.equals(Pods.pod(deployment).getAutomountServiceAccountToken()),
                "a token for Kubernetes' API is mounted");
        for (Container container : Pods.containers(deployment)) {
            SecurityContext own = container.getSecurityContext();
            hold(
                    own != null
                            && Boolean.TRUE.equals(own.getReadOnlyRootFilesystem())
                            && Boolean.FALSE.equals(own.getAllowPrivilegeEscalation())
                            && own.getCapabilities() != null
                            && List.of("ALL").equals(own.getCapabilities().getDrop())
                            && own.getRunAsUser() == null,
                    "container " + container.getName() + " is not confined");
        }
    }

    private void resources() {
        for (Container container : Pods.containers(deployment)) {
            var resources = container.getResources();
            Quantity memory = resources == null ? null : resources.getLimits().get("memory");
            hold(memory != null, "container " + container.getName() + " has no limit of memory");
            hold(
                    resources != null && resources.getRequests().keySet().containsAll(List.of("cpu", "memory")),
                    "container " + container.getName() + " requests nothing");
        }
    }

    private void volumes() {
        List<String> known =
                Pods.pod(deployment).getVolumes().stream().map(Volume::getName).toList();
        for (Container container : Pods.containers(deployment)) {
            for (VolumeMount mount : container.getVolumeMounts()) {
                hold(known.contains(mount.getName()), "no volume '" + mount.getName() + "'");
                hold(mount.getSubPath() == null, "a file is mounted by subPath, and never changes");
            }
        }
        hold(mounted("/tmp"), "nothing is writable at /tmp");
        hold(mounted("/etc/sluice"), "no configuration is mounted");
    }

    private boolean mounted(String path) {
        return gateway.getVolumeMounts().stream()
                .anyMatch(mount -> mount.getMountPath().equals(path));
    }

    private void end() {
        long pause = Pods.pod(deployment).getContainers().stream()
                .filter(container -> container.getLifecycle() != null)
                .mapToLong(container ->
                        container.getLifecycle().getPreStop().getSleep().getSeconds())
                .max()
                .orElse(0);
        long drain = seconds("SLUICE_SHUTDOWN_DELAY", "1s") + seconds("SLUICE_SHUTDOWN_TIMEOUT", "30s");
        Long grace = Pods.pod(deployment).getTerminationGracePeriodSeconds();
        hold(
                grace != null && grace >= pause + drain + ENDING,
                "it is killed after " + grace + " s: before it has paused " + pause + " s and drained " + drain + " s");
    }

    private long seconds(String variable, String standard) {
        return Duration.parse("PT" + Pods.value(gateway, variable, standard)).toSeconds();
    }
}
