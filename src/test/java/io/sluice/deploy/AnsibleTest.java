package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sluice.credentials.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be seen of the role without running it; {@code deploy/ansible/try} runs it. */
class AnsibleTest {
    private static final Path ROOT = Path.of("deploy/ansible");
    private static final Path ROLE = ROOT.resolve("roles/sluice");
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    static List<Path> files() throws IOException {
        try (var all = Files.walk(ROOT)) {
            return all.filter(file -> file.toString().endsWith(".yml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void each_file_is_yaml_without_a_key_that_is_there_twice(Path file) throws IOException {
        assertTrue(YAML.readTree(file.toFile()).isContainerNode());
    }

    @Test
    void each_variable_has_its_default_and_its_specification_alike() throws IOException {
        TreeMap<String, String> defaults = new TreeMap<>();
        read(ROLE.resolve("defaults/main.yml"))
                .properties()
                .forEach(entry -> defaults.put(entry.getKey(), entry.getValue().toString()));
        TreeMap<String, String> specified = new TreeMap<>();
        read(ROLE.resolve("meta/argument_specs.yml"))
                .at("/argument_specs/main/options")
                .properties()
                .forEach(entry -> specified.put(
                        entry.getKey(),
                        entry.getValue().path("required").asBoolean()
                                ? "\"\""
                                : entry.getValue().path("default").toString()));
        assertEquals(defaults, specified);
    }

    @Test
    void each_variable_is_used_and_none_that_has_no_default() throws IOException {
        StringBuilder text = new StringBuilder();
        try (var all = Files.walk(ROLE)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.startsWith(ROLE.resolve("defaults")) && !file.startsWith(ROLE.resolve("meta"))) {
                    text.append(Files.readString(file));
                }
            }
        }
        TreeSet<String> unused = new TreeSet<>();
        read(ROLE.resolve("defaults/main.yml")).fieldNames().forEachRemaining(unused::add);
        unused.removeIf(
                name -> Pattern.compile("\\b" + name + "\\b").matcher(text).find());
        assertEquals(new TreeSet<>(), unused);
    }

    @Test
    void the_example_says_what_the_role_knows_and_the_gateway_takes() throws IOException {
        JsonNode vars = read(ROOT.resolve("inventory/hosts.yml")).at("/sluice/vars");
        JsonNode known = read(ROLE.resolve("defaults/main.yml"));
        List<String> unknown = new ArrayList<>();
        vars.fieldNames().forEachRemaining(name -> {
            if (!known.has(name)) {
                unknown.add(name);
            }
        });
        assertEquals(List.of(), unknown);
        String config = vars.path("sluice_config").asText();
        assertEquals("", Product.mistakes(config));
        for (JsonNode file : vars.path("sluice_tls_files")) {
            assertTrue(config.contains("/etc/sluice/tls/" + file.path("name").asText()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Type=exec",
                "Restart=on-failure",
                "NoNewPrivileges=yes",
                "ProtectSystem=strict",
                "ProtectHome=yes",
                "PrivateTmp=yes",
                "CapabilityBoundingSet=",
                "SystemCallFilter=@system-service",
                "TimeoutStopSec={{ sluice_shutdown_delay + sluice_shutdown_timeout + 10 }}"
            })
    void the_unit_confines_it_and_leaves_it_time_to_drain(String line) throws IOException {
        assertTrue(
                Files.readAllLines(ROLE.resolve("templates/sluice.service.j2")).contains(line));
    }

    @Test
    void what_handles_secrets_is_not_logged_and_shows_no_diff() throws IOException {
        List<String> loud = new ArrayList<>();
        for (Path file : files()) {
            tasks(read(file)).forEach(task -> {
                String text = task.toString();
                boolean writes = text.contains("secrets.env.j2") || text.contains("\"content\"");
                boolean reads =
                        text.contains("\"register\":\"sluice_answer\"") || text.contains("combine({sluice_wanted");
                boolean hidden = task.path("no_log").asBoolean()
                        && (!writes || !task.path("diff").asBoolean(true));
                if ((writes || reads) && !hidden) {
                    loud.add(file + ": " + task.path("name").asText());
                }
            });
        }
        assertEquals(List.of(), loud);
    }

    private static List<JsonNode> tasks(JsonNode list) {
        List<JsonNode> found = new ArrayList<>();
        if (list.isArray()) {
            for (JsonNode task : list) {
                if (task.has("block")) {
                    found.addAll(tasks(task.path("block")));
                    found.addAll(tasks(task.path("rescue")));
                    found.addAll(tasks(task.path("always")));
                } else {
                    found.add(task);
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void each_trouble_with_a_credential_is_told_in_the_products_words(Trouble trouble) throws IOException {
        String text = Files.readString(ROOT.resolve("TROUBLESHOOTING.md"));
        assertTrue(text.contains("`" + trouble.word() + "`"));
        assertTrue(text.contains("`" + trouble.said() + " ("), trouble::said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "there is no such object, or the application may not see its safe",
                "the password is being changed right now",
                "gives an empty password",
                "did not answer within",
                "is not reached: ",
                "may not be read by this process",
                "are read at start only; they change with a restart",
                "changed but is refused; the one before stays in use",
                "does not take the API key of '",
                "requests did not end within"
            })
    void what_the_log_says_is_what_the_code_says(String words) throws IOException {
        assertTrue(Files.readString(ROOT.resolve("TROUBLESHOOTING.md")).contains(words));
        StringBuilder code = new StringBuilder();
        try (var all = Files.walk(Path.of("src/main/java/io/sluice"))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                code.append(Files.readString(file));
            }
        }
        assertTrue(code.indexOf(words) >= 0);
    }

    private static JsonNode read(Path file) {
        try {
            return YAML.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
