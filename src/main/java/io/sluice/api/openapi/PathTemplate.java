package io.sluice.api.openapi;

import io.sluice.route.PathPattern;
import io.sluice.route.PathPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A path as OpenAPI writes it. What stands for any segment gets a name, and so does what stands for any rest, though in OpenAPI no
 * parameter has a slash.
 *
 * @param text such as {@code /products/{id}}
 * @param parameters in order
 * @param kind the same for patterns that take the same paths
 */
record PathTemplate(String text, List<Parameter> parameters, String kind) {
    private static final String UNRESERVED = "-._~!$&'()*+,;=:@";

    /**
     * @param name in the template
     * @param declared as its route knows it; empty where it has no name there
     */
    record Parameter(String name, String declared, boolean rest) {}

    static PathTemplate of(PathPattern pattern) {
        StringBuilder text = new StringBuilder();
        StringBuilder kind = new StringBuilder();
        List<Parameter> parameters = new ArrayList<>();
        for (Segment segment : pattern.segments()) {
            text.append('/');
            kind.append('/');
            if (segment instanceof Segment.Literal literal) {
                String encoded = encoded(literal.text());
                text.append(encoded);
                kind.append(encoded);
                continue;
            }
            boolean rest = segment instanceof Segment.Rest;
            String declared = segment instanceof Segment.One one && one.name() != null ? one.name() : "";
            String name = declared.isEmpty() ? free(rest ? "rest" : "any", pattern, parameters) : declared;
            parameters.add(new Parameter(name, declared, rest));
            text.append('{').append(name).append('}');
            kind.append(rest ? "{**}" : "{}");
        }
        String whole = text.length() == 0 ? "/" : text.toString();
        return new PathTemplate(whole, List.copyOf(parameters), kind.toString());
    }

    private static String free(String name, PathPattern pattern, List<Parameter> taken) {
        String free = name;
        for (int i = 2; pattern.parameters().contains(free) || has(taken, free); i++) {
            free = name + i;
        }
        return free;
    }

    private static boolean has(List<Parameter> taken, String name) {
        return taken.stream().anyMatch(parameter -> parameter.name().equals(name));
    }

    private static String encoded(String literal) {
        StringBuilder encoded = new StringBuilder();
        for (byte one : literal.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (one & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
            encoded.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return encoded.toString();
    }

    /** The same parameters under the names that another of the same kind gives them. */
    List<Parameter> as(PathTemplate other) {
        List<Parameter> renamed = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            renamed.add(new Parameter(
                    other.parameters.get(i).name(),
                    parameters.get(i).declared(),
                    parameters.get(i).rest()));
        }
        return renamed;
    }
}
