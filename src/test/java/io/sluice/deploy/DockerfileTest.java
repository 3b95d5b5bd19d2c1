package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What can be seen of the image without an engine that builds it. */
class DockerfileTest {
    private final List<String> instructions = instructions();

    @Test
    void it_runs_as_a_user_that_is_a_number_and_not_root() {
        String user = the("USER ");
        assertTrue(user.matches("[1-9][0-9]*(:[1-9][0-9]*)?"), user);
        assertEquals(
                List.of(),
                instructions.stream()
                        .skip(instructions.indexOf("USER " + user))
                        .filter(line -> line.startsWith("COPY ") || line.startsWith("RUN "))
                        .toList());
    }

    @Test
    void its_base_is_an_argument_with_a_java_25_default() {
        assertTrue(the("ARG JDK_IMAGE=").contains(":25"));
        assertEquals("${JDK_IMAGE}", the("FROM "));
    }

    @Test
    void it_fetches_nothing_by_itself() {
        assertEquals(
                List.of(),
                instructions.stream()
                        .filter(line -> line.startsWith("ADD ") || line.startsWith("RUN ") || line.contains("://"))
                        .toList());
    }

    @Test
    void it_is_ended_gracefully_and_started_without_a_shell() {
        assertEquals("SIGTERM", the("STOPSIGNAL "));
        assertTrue(the("ENTRYPOINT ").startsWith("[\"java\","));
        assertEquals("8080 9000", the("EXPOSE "));
    }

    @Test
    void its_health_check_is_a_script_that_it_holds() {
        String script = the("HEALTHCHECK ").replaceFirst(".*\"(/opt/[^\"]+)\".*", "$1");
        assertTrue(
                instructions.stream().anyMatch(line -> line.startsWith("COPY ") && line.endsWith(" " + script)),
                script);
    }

    @Test
    void libraries_are_copied_before_the_application_that_changes_more_often() {
        assertTrue(copy("/lib/") < copy("/app/"));
        assertTrue(copy("quarkus-run.jar") < copy("/app/"));
        assertTrue(copy("/app/") < copy("/quarkus/"));
    }

    @Test
    void the_engine_is_sent_what_is_copied_and_nothing_else() throws IOException {
        List<String> ignored = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertEquals(List.of("*", "!target/quarkus-app/*", "!deploy/docker/health"), ignored);
        instructions.stream()
                .filter(line -> line.startsWith("COPY "))
                .map(line -> line.split(" ")[3])
                .forEach(source -> assertTrue(
                        source.startsWith("target/quarkus-app/") || source.equals("deploy/docker/health"), source));
    }

    /** The rest of the one instruction that starts so. */
    private String the(String start) {
        List<String> found =
                instructions.stream().filter(line -> line.startsWith(start)).toList();
        assertEquals(1, found.size(), start);
        return found.get(0).substring(start.length());
    }

    private int copy(String source) {
        int index = IntStream.range(0, instructions.size())
                .filter(i -> instructions.get(i).startsWith("COPY ")
                        && instructions.get(i).split(" ")[3].endsWith(source))
                .findFirst()
                .orElse(-1);
        assertFalse(index < 0, source);
        return index;
    }

    private static List<String> instructions() {
        try {
            return Files.readString(Path.of("deploy/docker/Dockerfile.jvm"))
                    .replace("\\\n", " ")
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
