package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpansionTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("NAME", "v1", "EMPTY", "", "NESTED", "${NAME}", "YAML", "a, b: [c]\nd: e", "QUOTA", "77");
    private static final String ACCEPTED = "; accepted: ${NAME}, ${NAME:default}, or $${ for the characters themselves";

    private static Read read(String yaml) {
        return ConfigReader.read("s.yaml", yaml, ENVIRONMENT::get);
    }

    private static String header(String value) {
        String yaml =
                "routes:\n  r:\n    path: /a\n    http:\n      url: http://h\n      headers:\n        set:\n          X: "
                        + value + "\n";
        Config config = assertInstanceOf(
                        Read.Ok.class, read(yaml), () -> read(yaml).toString())
                .config();
        TargetConfig.Http http =
                assertInstanceOf(TargetConfig.Http.class, config.routes().get(0).target());
        return http.spec().setHeaders().getOrDefault("X", "none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "${NAME} | v1",
                "a${NAME}b${NAME} | av1bv1",
                "${NONE:d} | d",
                "${NONE:} | ~~",
                "${NONE:http://h:1} | http://h:1",
                "${NAME:d} | v1",
                "${EMPTY:d} | ~~",
                "$${NAME} | ${NAME}",
                "$$${NAME} | $${NAME}",
                "$NAME $ {} | $NAME $ {}",
                "${NESTED} | ${NAME}",
                "\"${NAME}\" | v1",
                "'${NAME}' | v1"
            })
    void names_expand_from_the_environment_once(String value, String expanded) {
        assertEquals(expanded, header(value));
    }

    @Test
    void a_value_never_becomes_yaml() {
        Read.Bad bad = assertInstanceOf(Read.Bad.class, read("clients: [\"${YAML}\"]\n"));
        assertEquals(
                "s.yaml:1:11: bad source 'a, b: [c] d: e' in 'clients' in the file; accepted: a list of header:NAME,"
                        + " query:NAME, cookie:NAME, jwt:CLAIM, address",
                bad.problems().get(0).toString());
    }

    @Test
    void an_expanded_value_may_be_a_number() {
        Read.Ok ok = assertInstanceOf(
                Read.Ok.class,
                read(
                        "limits: { a: { algorithm: fixed-window, quota: \"${QUOTA}\", window: \"${W:5m}\", key: [] } }\n"));
        assertEquals(77, ok.config().limits().values().iterator().next().quota());
    }

    @Test
    void what_cannot_be_expanded_is_reported_where_it_stands() {
        Read.Bad bad = assertInstanceOf(
                Read.Bad.class,
                read(
                        "clients:\n- header:${NOPE}${NAME}${NO2}\n- \"$${x} ${}\"\n- >\n  folded\n  x ${1A}\n- '${NAME'\n"));
        assertEquals(
                List.of(
                        "s.yaml:2:10: the environment has no NOPE; accepted: a variable that is set, or ${NOPE:default}",
                        "s.yaml:2:24: the environment has no NO2; accepted: a variable that is set, or ${NO2:default}",
                        "s.yaml:3:10: '' is no name of an environment variable" + ACCEPTED,
                        "s.yaml:6:5: '1A' is no name of an environment variable" + ACCEPTED,
                        "s.yaml:7:4: '${' without '}'" + ACCEPTED),
                bad.problems().stream().map(Problem::toString).toList());
    }
}
