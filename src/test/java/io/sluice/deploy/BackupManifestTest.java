package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code deploy/kubernetes/backup.yaml}: parsed strictly, and of one mind with the scripts that it runs. */
class BackupManifestTest {
    private static final Path FILE = Path.of("deploy/kubernetes/backup.yaml");
    private static final Path SCRIPTS = Path.of("deploy/backup");

    private final String text;
    private final Manifests manifests;

    BackupManifestTest() throws IOException {
        text = Files.readString(FILE);
        manifests = Manifests.of(text);
    }

    private List<PodSpec> pods() {
        return manifests
                .all(CronJob.class)
                .map(job ->
                        job.getSpec().getJobTemplate().getSpec().getTemplate().getSpec())
                .toList();
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    @Test
    void every_container_is_confined_and_mounts_what_is_there() {
        assertEquals(2, pods().size());
        Set<String> claims = manifests
                .all(PersistentVolumeClaim.class)
                .map(claim -> claim.getMetadata().getName())
                .collect(Collectors.toSet());
        for (PodSpec pod : pods()) {
            assertTrue(pod.getSecurityContext().getRunAsNonRoot());
            Set<String> volumes = pod.getVolumes().stream().map(Volume::getName).collect(Collectors.toSet());
            pod.getVolumes().stream()
                    .filter(volume -> volume.getPersistentVolumeClaim() != null)
                    .forEach(volume -> assertTrue(
                            claims.contains(volume.getPersistentVolumeClaim().getClaimName())));
            containers(pod).forEach(container -> {
                assertTrue(container.getSecurityContext().getReadOnlyRootFilesystem(), container.getName());
                assertEquals(
                        List.of("ALL"),
                        container.getSecurityContext().getCapabilities().getDrop());
                container.getVolumeMounts().forEach(mount -> assertTrue(volumes.contains(mount.getName())));
            });
        }
    }

    @Test
    void the_scripts_are_in_the_config_map_and_are_set_by_what_they_know() throws IOException {
        Set<String> mapped = new TreeSet<>();
        Pattern.compile("--from-file=deploy/backup/(\\S+)")
                .matcher(text)
                .results()
                .forEach(one -> mapped.add(one.group(1)));
        assertEquals(Set.of("backup", "drill", "contents.sql"), mapped);
        for (PodSpec pod : pods()) {
            Container container = pod.getContainers().get(0);
            Path script = SCRIPTS.resolve(
                    Path.of(container.getCommand().get(1)).getFileName().toString());
            assertTrue(mapped.contains(script.getFileName().toString()));
            String said = Files.readString(script);
            for (EnvVar variable : container.getEnv()) {
                String name = variable.getName();
                assertTrue(name.startsWith("PG") || said.contains(name), name);
                assertTrue(!name.contains("PASSWORD") || variable.getValue() == null, name);
            }
        }
    }

    /** A drill that reached the real server would make roles and databases there. */
    @Test
    void the_drill_reaches_the_server_beside_it_alone() {
        PodSpec drill = pods().get(1);
        Container container = drill.getContainers().get(0);
        assertEquals("drill", container.getName());
        assertEquals("127.0.0.1", Pods.value(container, "PGHOST", ""));
        assertTrue(container.getEnv().stream()
                .noneMatch(variable -> variable.getName().equals("PGPASSWORD")));
        assertEquals("Always", drill.getInitContainers().get(0).getRestartPolicy());
    }
}
