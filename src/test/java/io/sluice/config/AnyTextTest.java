package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

class AnyTextTest {
    @Property(tries = 500)
    void no_text_makes_the_reader_fail(
            @ForAll @StringLength(max = 60) String text, @ForAll("pieces") List<String> pieces) {
        for (String each : List.of(text, String.join("", pieces))) {
            Read read = ConfigReader.read("s.yaml", each, name -> name.length() > 3 ? null : name);
            assertTrue(read instanceof Read.Ok || !((Read.Bad) read).problems().isEmpty(), each);
        }
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of(
                        "limits:",
                        "routes:",
                        " ",
                        "\n",
                        "\n  ",
                        "\n    ",
                        "a:",
                        "path: /a",
                        "- ",
                        "[",
                        "]",
                        "{",
                        "}",
                        ", ",
                        ": ",
                        "http:",
                        "url: http://h",
                        "cache: {}",
                        "clients:",
                        "address",
                        "${N}",
                        "${",
                        "\"",
                        "'",
                        "|",
                        "&x ",
                        "*x",
                        "!t ",
                        "key:",
                        "# ",
                        "\t",
                        "quota: 1",
                        "window: 1s",
                        "postgres:",
                        "sql: SELECT :id",
                        "? ",
                        "<<: ")
                .list()
                .ofMaxSize(20);
    }
}
