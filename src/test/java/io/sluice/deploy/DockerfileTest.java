package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be seen of the images without an engine that builds them; {@code deploy/docker/try} builds and runs one. */
class DockerfileTest {
    private static final String JVM = "Dockerfile.jvm";
    private static final String NATIVE = "Dockerfile.native";

    @ParameterizedTest
    @ValueSource(strings = {JVM, NATIVE})
    void it_runs_as_a_user_that_is_a_number_and_not_root(String file) {
        List<String> last = lastStage(file);
        String user = the(last, "USER ");
        assertTrue(user.matches("[1-9][0-9]*(:[1-9][0-9]*)?"), user);
        assertEquals(
                List.of(),
                last.stream()
                        .skip(last.indexOf("USER " + user))
                        .filter(line -> line.startsWith("COPY ") || line.startsWith("RUN "))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {JVM, NATIVE})
    void every_base_is_an_argument_a_stage_or_nothing(String file) {
        List<String> instructions = instructions(file);
        assertEquals(
                List.of(),
                starting(instructions, "FROM ").stream()
                        .map(from -> from.split(" ")[0])
                        .filter(base -> !base.matches("\\$\\{[A-Z_]+}|scratch"))
                        .filter(base -> instructions.stream().noneMatch(line -> line.endsWith(" AS " + base)))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {JVM, NATIVE})
    void it_fetches_nothing_but_what_maven_does(String file) {
        assertEquals(
                List.of(),
                instructions(file).stream()
                        .filter(line -> line.startsWith("ADD ") || line.contains("://"))
                        .toList());
        assertEquals(
                List.of(),
                starting(instructions(file), "RUN ").stream()
                        .filter(Predicate.not(run -> run.matches(
                                "(mvn|native-image|/train/train) .*|\\[\"/opt/sluice/sluice\", \"--version\"]")))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {JVM, NATIVE})
    void it_is_ended_gracefully_and_started_without_a_shell(String file) {
        List<String> last = lastStage(file);
        assertEquals("SIGTERM", the(last, "STOPSIGNAL "));
        assertTrue(the(last, "ENTRYPOINT ").matches("\\[\"(java|/opt/sluice/sluice)\",.*]"));
        assertEquals("8080 9000", the(last, "EXPOSE "));
    }

    @Test
    void its_runtime_is_java_25_and_trains_the_cache_that_it_runs_with() {
        List<String> instructions = instructions(JVM);
        assertTrue(the(instructions, "ARG JDK_IMAGE=").contains(":25"));
        List<String> stages = starting(instructions, "FROM ");
        assertEquals("untrained", stages.get(stages.size() - 1));
        assertTrue(stages.contains("untrained AS trained"));
        assertTrue(stages.contains("${JDK_IMAGE} AS untrained"));
        String cache = the(lastStage(JVM), "COPY --from=trained ").replaceFirst(".* ", "");
        String jar = "/opt/sluice/quarkus-run.jar";
        assertEquals(
                "[\"java\", \"-XX:AOTCache=" + cache + "\", \"-jar\", \"" + jar + "\"]",
                the(instructions, "ENTRYPOINT "));
        assertTrue(the(instructions, "RUN mvn ").contains("-Dquarkus.package.jar.type=aot-jar "));
        assertTrue(the(instructions, "RUN /train/train ").startsWith("java " + jar + " "));
        assertTrue(the(instructions, "ENV ").contains("JDK_JAVA_OPTIONS=@/opt/sluice/options"));
    }

    @Test
    void what_the_cache_is_trained_on_is_a_configuration_without_a_mistake_that_asks_nobody_else() throws IOException {
        String yaml = Files.readString(Path.of("deploy/docker/train.yaml"))
                .replace("${QUARKUS_MANAGEMENT_PORT}", String.valueOf(Product.managementPort()));
        assertEquals("", Product.mistakes(yaml));
        for (String text : List.of(yaml, Files.readString(Path.of("deploy/docker/train")))) {
            List<String> hosts = Pattern.compile("[a-z]://([^:/\\s]*)")
                    .matcher(text)
                    .results()
                    .map(url -> url.group(1))
                    .toList();
            assertEquals(List.of("127.0.0.1"), hosts.stream().distinct().toList());
        }
    }

    @Test
    void its_health_check_and_its_options_are_files_that_it_holds() {
        List<String> instructions = instructions(JVM);
        assertTrue(the(instructions, "HEALTHCHECK ").endsWith("\"/opt/sluice/health\"]"));
        assertTrue(instructions.stream()
                .anyMatch(line -> line.startsWith("COPY ")
                        && line.endsWith(" deploy/docker/health deploy/docker/options /opt/sluice/")));
    }

    @Test
    void the_native_base_is_distroless_and_nothing_in_it_asks_for_a_shell() {
        List<String> last = lastStage(NATIVE);
        assertEquals("${RUN_IMAGE}", the(last, "FROM "));
        assertTrue(the(instructions(NATIVE), "ARG RUN_IMAGE=").matches("gcr\\.io/distroless/cc-debian\\d+:nonroot"));
        // An instruction that is not a list is run by a shell.
        assertEquals(
                List.of(),
                last.stream()
                        .filter(line -> line.matches("(RUN|ENTRYPOINT|CMD|HEALTHCHECK) .*"))
                        .filter(line ->
                                !line.matches("(HEALTHCHECK .* CMD|RUN|ENTRYPOINT) \\[\"/opt/sluice/sluice\", .*]"))
                        .toList());
    }

    @Test
    void a_native_build_fails_where_its_base_lacks_a_library() {
        assertEquals("[\"/opt/sluice/sluice\", \"--version\"]", the(lastStage(NATIVE), "RUN "));
    }

    @Test
    void libraries_are_copied_before_the_application_that_changes_more_often() {
        List<String> copies = starting(instructions(JVM), "COPY --from=application ").stream()
                .map(line -> line.replaceFirst(".* ", ""))
                .toList();
        assertEquals(List.of("/opt/sluice/lib/", "/opt/sluice/quarkus/", "/opt/sluice/app/", "/opt/sluice/"), copies);
    }

    @Test
    void the_engine_is_sent_what_is_copied_and_nothing_else() throws IOException {
        List<String> sent = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertEquals("*", sent.get(0));
        for (String file : List.of(JVM, NATIVE)) {
            starting(instructions(file), "COPY ").stream()
                    .filter(line -> !line.startsWith("--from"))
                    .flatMap(line -> List.of(line.replaceAll("--\\S+ ", "").split(" ")).stream())
                    .filter(word -> !word.startsWith("/") && !word.equals("./") && !word.equals(".mvn"))
                    .forEach(source -> assertTrue(
                            sent.stream().anyMatch(line -> ("!" + source + "/").startsWith(line + "/")), source));
        }
    }

    private static List<String> starting(List<String> instructions, String start) {
        return instructions.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .toList();
    }

    /** The rest of the one instruction that starts so. */
    private static String the(List<String> instructions, String start) {
        List<String> found = starting(instructions, start);
        assertEquals(1, found.size(), start);
        return found.get(0);
    }

    private static List<String> lastStage(String file) {
        List<String> instructions = instructions(file);
        int from = 0;
        for (int i = 0; i < instructions.size(); i++) {
            from = instructions.get(i).startsWith("FROM ") ? i : from;
        }
        return instructions.subList(from, instructions.size());
    }

    private static List<String> instructions(String file) {
        try {
            return Files.readString(Path.of("deploy/docker", file))
                    .replace("\\\n", " ")
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
