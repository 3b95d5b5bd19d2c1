package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SluiceCommandTest {
    private final Path folder;

    SluiceCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private int served;

    private int run(String... args) {
        return SluiceCommand.run(
                args,
                () -> {
                    served++;
                    return 42;
                },
                Map.of("WINDOW", "1m")::get,
                new PrintWriter(out),
                new PrintWriter(err));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("sluice.yaml"), text);
    }

    @Test
    void serving_is_what_no_command_means_and_its_exit_code_is_passed_on() {
        assertEquals(42, run());
        assertEquals(42, run("serve"));
        assertEquals(2, served);
    }

    @Test
    void checking_a_fine_file_says_what_is_in_it() throws IOException {
        Path file = file("""
                limits: { a: { algorithm: fixed-window, quota: 1, window: "${WINDOW}", key: [] } }
                routes:
                  a: { path: /a, limits: [a], http: { url: "http://h" } }
                  b: { path: /b, http: { url: "http://h" } }
                """);
        assertEquals(0, run("check", file.toString()));
        assertEquals(file + ": 1 limit, 2 routes, fine" + System.lineSeparator(), out.toString());
        assertEquals("", err.toString());
        assertEquals(0, served);
    }

    @Test
    void checking_a_file_with_mistakes_reports_each_in_a_line() throws IOException {
        Path file = file("limit: {}\nstore: { deadline: soon }\n");
        assertEquals(1, run("check", file.toString()));
        String[] lines = err.toString().split(System.lineSeparator());
        assertEquals(2, lines.length);
        assertTrue(lines[0].startsWith(file + ":1:1: unknown key 'limit'"), lines[0]);
        assertTrue(lines[1].startsWith(file + ":2:20: bad value 'soon'"), lines[1]);
        assertEquals("", out.toString());
    }

    @Test
    void checking_no_file_at_all_is_a_mistake_in_it() {
        assertEquals(1, run("check", folder.resolve("none.yaml").toString()));
        assertEquals(folder.resolve("none.yaml") + ": there is no such file" + System.lineSeparator(), err.toString());
    }

    @Test
    void wrong_usage_exits_with_2() {
        assertEquals(2, run("check"));
        assertTrue(err.toString().contains("FILE"), err.toString());
        assertEquals(2, run("chek", "sluice.yaml"));
        assertEquals(2, run("--nope"));
        assertEquals(0, served);
    }

    @Test
    void help_and_version_exit_with_0() {
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("sluice check sluice.yaml"), out.toString());
        assertEquals(0, run("check", "--help"));
        assertEquals(0, run("--version"));
        assertTrue(out.toString().contains("sluice "), out.toString());
        assertEquals(0, served);
    }

    /** What goes on in a next line begins in its first column. */
    @ParameterizedTest
    @ValueSource(strings = {"--help", "check --help"})
    void a_terminal_of_80_columns_breaks_no_example(String line) {
        assertEquals(0, run(line.split(" ")));
        List<String> examples = out.toString()
                .lines()
                .dropWhile(text -> !text.equals("Examples:"))
                .skip(1)
                .takeWhile(text -> !text.isEmpty())
                .toList();
        assertTrue(examples.size() > 2, out.toString());
        examples.forEach(example -> assertTrue(example.startsWith("  "), example));
    }
}
