package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be read as a configuration at all. */
class FileTest {
    private static final String KEYS = "clients, headers, trusted-proxies, jwt, unlimited,"
            + " denied, postgres, instances, store, cache, limits, routes, domains, check, auth, grpc, openapi";

    private final Path folder;

    FileTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static String problem(Read read) {
        Read.Bad bad = assertInstanceOf(Read.Bad.class, read);
        assertEquals(1, bad.problems().size(), bad::toString);
        return bad.problems().get(0).toString();
    }

    private static String problem(String text) {
        return problem(ConfigReader.read("s.yaml", text, name -> null));
    }

    private String written(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("s.yaml"), bytes);
        return problem(ConfigReader.read(file, name -> null)).replace(folder + "/", "");
    }

    @Test
    void a_file_that_cannot_be_read_says_why() throws IOException {
        assertEquals(
                folder + "/none.yaml: there is no such file",
                problem(ConfigReader.read(folder.resolve("none.yaml"), name -> null)));
        assertEquals(folder + ": it is a directory", problem(ConfigReader.read(folder, name -> null)));
        assertEquals("s.yaml: it is not UTF-8", written(new byte[] {'#', (byte) 0xe9, '\n'}));
        assertEquals("s.yaml: it is larger than 1MiB", written(new byte[(1 << 20) + 1]));
        assertEquals("s.yaml: it is empty; accepted: a map of " + KEYS, written(new byte[0]));
    }

    @Test
    void a_file_without_a_map_says_what_it_is() {
        assertEquals("s.yaml: it is empty; accepted: a map of " + KEYS, problem("# nothing\n"));
        assertEquals("s.yaml: it is empty; accepted: a map of " + KEYS, problem("---\n~\n"));
        assertEquals("s.yaml:2:1: the file is a list; accepted: a map of " + KEYS, problem("#\n- a\n"));
        assertEquals("s.yaml:1:1: the file is 'hello'; accepted: a map of " + KEYS, problem("hello\n"));
    }

    @Test
    void what_is_not_yaml_says_where() {
        assertTrue(
                problem("limits:\n  a: [1\nroutes: {}\n").startsWith("s.yaml:3:7: not YAML: "),
                problem("limits:\n  a: [1\nroutes: {}\n"));
        assertTrue(problem("limits:\n\ta: 1\n").startsWith("s.yaml:2:1: not YAML: "), problem("limits:\n\ta: 1\n"));
        assertTrue(problem("a: *b\n").startsWith("s.yaml:1:4: not YAML: "), problem("a: *b\n"));
        assertTrue(problem("limits: {}\n---\nroutes: {}\n").startsWith("s.yaml:2:1: not YAML: "));
        assertTrue(problem("limits: \"\u0000\"\n").contains("not YAML: "));
    }

    @Test
    void an_unquoted_expansion_in_a_flow_map_says_to_quote_it() {
        String said = problem("store: { deadline: ${D} }\n");
        assertTrue(said.startsWith("s.yaml:1:21: not YAML: "), said);
        assertTrue(said.endsWith("; accepted: \"${NAME}\" in quotes, where it stands between { and }"), said);
    }

    @Test
    void a_byte_order_mark_moves_no_place() {
        assertTrue(problem("\ufeffbad: 1\n").startsWith("s.yaml:1:1: unknown key 'bad'"));
    }

    @Test
    void aliases_are_taken_and_bounded() {
        String used = "limits:\n  a: &a { algorithm: fixed-window, quota: 1, window: 1s, key: [] }\n  b: *a\n";
        assertEquals(
                2,
                assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", used, name -> null))
                        .config()
                        .limits()
                        .size());
        StringBuilder bomb = new StringBuilder("routes:\n  a: &a { path: /a, limits: &l [");
        bomb.append("x,".repeat(1_000)).append("x] }\n");
        for (int i = 0; i < 900; i++) {
            bomb.append("  r").append(i).append(": *a\n");
        }
        assertEquals("s.yaml: its aliases make it too large", problem(bomb.toString()));
        StringBuilder collections = new StringBuilder("a: &a []\n");
        for (int i = 0; i < 1_100; i++) {
            collections.append('k').append(i).append(": *a\n");
        }
        assertTrue(problem(collections.toString()).startsWith("s.yaml: not YAML: "), "too many aliases");
    }

    @Test
    void deep_nesting_is_refused() {
        assertTrue(problem("a: " + "[".repeat(200_000)).startsWith("s.yaml"), "refused");
    }

    @Test
    void a_key_of_yaml_1_1_is_plain_text() {
        byte[] bytes = "limits:\n  on: { algorithm: fixed-window, quota: 1, window: 1s, key: [] }\n"
                .getBytes(StandardCharsets.UTF_8);
        Read read = ConfigReader.read("s.yaml", new String(bytes, StandardCharsets.UTF_8), name -> null);
        assertTrue(assertInstanceOf(Read.Ok.class, read).config().limits().containsKey("on"));
    }
}
