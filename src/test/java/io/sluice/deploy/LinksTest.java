package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents point at within the repository is there: files, and headings by the anchors that GitHub gives them. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)|(?:href|src)=\"([^\"]+)\"");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");
    private static final Pattern FENCED = Pattern.compile("(?ms)^( *)(`{3,}).*?^\\1\\2 *$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*?)#* *$");

    static List<Path> documents() throws IOException {
        List<Path> found =
                new ArrayList<>(List.of(Path.of("README.md"), Path.of("CHANGELOG.md"), Path.of("CONTRIBUTING.md")));
        for (String folder : List.of("deploy", "src")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .filter(file -> !file.toString().contains("/target/"))
                        .forEach(found::add);
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("documents")
    void each_link_leads_somewhere(Path document) throws IOException {
        assertEquals(List.of(), broken(document, Files.readString(document)));
    }

    @ParameterizedTest
    @CsvSource({
        "[a](no/such/file), no/such/file",
        "[a](#no-such-heading), #no-such-heading",
        "[a](deploy/README.md#no-such-heading), deploy/README.md#no-such-heading",
        "<img src=\"no.png\">, no.png"
    })
    void a_link_that_leads_nowhere_is_found(String text, String target) throws IOException {
        assertEquals(
                List.of(target),
                broken(Path.of("README.md"), "# Heading\n" + text + " [b](#heading) [c](https://a.example)"));
    }

    @Test
    void the_readmes_have_links_to_look_at() throws IOException {
        assertTrue(links(Files.readString(Path.of("README.md"))).count() > 20);
    }

    private static List<String> broken(Path document, String text) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(text).toList()) {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty()
                    ? document
                    : document.resolveSibling(parts[0]).normalize();
            String there = parts[0].isEmpty() ? text : Files.isRegularFile(target) ? Files.readString(target) : "";
            if (!Files.exists(target) || (parts.length > 1 && !anchors(there).contains(parts[1]))) {
                broken.add(link);
            }
        }
        return broken;
    }

    private static Stream<String> links(String text) {
        return LINK.matcher(FENCED.matcher(text).replaceAll(""))
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .filter(link -> !ELSEWHERE.matcher(link).matches());
    }

    /** As GitHub makes them: in lower case, without punctuation, spaces as hyphens, and those that were there before with a number. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(FENCED.matcher(text).replaceAll(""))
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                        .replaceAll("[^\\p{L}\\p{N}\\p{M}_ -]", "")
                        .replace(' ', '-'))
                .forEach(anchor -> {
                    String unique = anchor;
                    for (int i = 1; !anchors.add(unique); i++) {
                        unique = anchor + "-" + i;
                    }
                });
        return anchors;
    }
}
