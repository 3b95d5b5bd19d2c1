package io.sluice.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Over few letters and short paths, so that patterns overlap often. */
class RouteTablePropertyTest {
    @Provide
    Arbitrary<List<String>> patterns() {
        Arbitrary<String> segment = Arbitraries.of("a", "b", "_x", "{p}", "*");
        Arbitrary<String> pattern = segment.list()
                .ofMaxSize(4)
                .flatMap(list -> Arbitraries.of("", "/**").map(end -> text(list) + end));
        return pattern.map(path -> path.isEmpty() ? "/" : path)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .map(RouteTablePropertyTest::distinct);
    }

    @Provide
    Arbitrary<List<String>> path() {
        return Arbitraries.of("a", "b", "_x", "c", "~d").list().ofMaxSize(5);
    }

    private static String text(List<String> segments) {
        StringBuilder out = new StringBuilder();
        int parameter = 0;
        for (String segment : segments) {
            out.append('/').append(segment.equals("{p}") ? "{p" + parameter++ + "}" : segment);
        }
        return out.toString();
    }

    private static List<String> distinct(List<String> patterns) {
        Map<String, String> byShape = new LinkedHashMap<>();
        patterns.forEach(pattern -> byShape.putIfAbsent(pattern.replaceAll("\\{[^}]*}", "*"), pattern));
        return List.copyOf(byShape.values());
    }

    @Property
    void the_match_is_what_brute_force_says(
            @ForAll("patterns") List<String> patterns, @ForAll("path") List<String> segments) {
        String path = "/" + String.join("/", segments);
        assertEquals(bruteForce(patterns, segments), Tables.match(Tables.of(patterns), "GET", path));
    }

    @Property
    void the_order_of_routes_never_matters(
            @ForAll("patterns") List<String> patterns, @ForAll("path") List<String> segments, @ForAll Random random) {
        String path = "/" + String.join("/", segments);
        List<String> shuffled = new ArrayList<>(patterns);
        Collections.shuffle(shuffled, random);
        assertEquals(Tables.match(Tables.of(patterns), "GET", path), Tables.match(Tables.of(shuffled), "GET", path));
    }

    @Property
    void no_spelling_of_a_path_changes_the_match(
            @ForAll("patterns") List<String> patterns, @ForAll("path") List<String> segments, @ForAll Random random) {
        RouteTable table = Tables.of(patterns);
        String spelled = spelled(segments, random);
        assertNull(RequestPath.check(spelled), spelled);
        assertEquals(Tables.match(table, "GET", "/" + String.join("/", segments)), Tables.match(table, "GET", spelled));
    }

    @Property
    void parting_segments_by_encoded_slashes_never_finds_a_less_specific_route(
            @ForAll("patterns") List<String> patterns, @ForAll("path") List<String> segments) {
        String plain = bruteForce(patterns, segments);
        String encoded = Tables.match(Tables.of(patterns), "GET", "/" + String.join("%2F", segments));
        if (!plain.equals("404") && !encoded.equals(plain)) {
            int order = PathPattern.compare(new PathPattern(encoded).segments(), new PathPattern(plain).segments());
            assertEquals(true, order < 0, encoded + " instead of " + plain);
        }
    }

    private static String spelled(List<String> segments, Random random) {
        StringBuilder out = new StringBuilder("/");
        for (int i = 0; i < segments.size(); i++) {
            out.append(i == 0 ? "" : "/").append(random.nextInt(4) == 0 ? "/" : "");
            for (char c : segments.get(i).toCharArray()) {
                int form = random.nextInt(3);
                String octet = "%" + Integer.toHexString(c);
                out.append(
                        form == 0
                                ? String.valueOf(c)
                                : form == 1 ? octet : "%" + octet.substring(1).toUpperCase(java.util.Locale.ROOT));
            }
        }
        return out.append(random.nextInt(3) == 0 ? "//" : "").toString();
    }

    /** The rule in words: left to right, a literal before a wildcard before the end before the rest. */
    private static String bruteForce(List<String> patterns, List<String> path) {
        String best = "404";
        String bestForm = null;
        for (String pattern : patterns) {
            String form = form(pattern, path);
            if (form != null && (bestForm == null || form.compareTo(bestForm) < 0)) {
                best = pattern;
                bestForm = form;
            }
        }
        return best;
    }

    /** One letter per segment of the pattern: l(iteral), o(ne), p(ast the end), r(est); null when it does not match. */
    private static @org.jspecify.annotations.Nullable String form(String pattern, List<String> path) {
        StringBuilder form = new StringBuilder();
        int at = 0;
        for (String segment : pattern.substring(1).split("/")) {
            if (segment.isEmpty()) {
                continue;
            }
            if (segment.equals("**")) {
                return form.append('r').toString();
            }
            if (at == path.size()) {
                return null;
            }
            boolean one = segment.equals("*") || segment.startsWith("{");
            if (!one && !segment.equals(path.get(at))) {
                return null;
            }
            form.append(one ? 'o' : 'l');
            at++;
        }
        return at == path.size() ? form.append('p').toString() : null;
    }
}
