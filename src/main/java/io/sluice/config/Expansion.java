package io.sluice.config;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Expands {@code ${NAME}} and {@code ${NAME:default}} in a scalar; {@code $${} stands for {@code ${}. It works on
 * values that were parsed already, so what is expanded is never read as YAML, nor expanded again.
 */
final class Expansion {
    private static final String ACCEPTED = "${NAME}, ${NAME:default}, or $${ for the characters themselves";

    private final Reading reading;
    private final Function<String, @Nullable String> environment;

    Expansion(Reading reading, Function<String, @Nullable String> environment) {
        this.reading = reading;
        this.environment = environment;
    }

    /** The value, or null when a problem was reported. */
    @Nullable
    String expand(ScalarNode node) {
        String raw = node.getValue();
        int next = raw.indexOf("${");
        if (next < 0) {
            return raw;
        }
        StringBuilder out = new StringBuilder();
        boolean sound = true;
        int at = 0;
        for (int nth = 0; next >= 0; nth++) {
            if (next > at && raw.charAt(next - 1) == '$') {
                out.append(raw, at, next - 1).append("${");
                at = next + 2;
            } else {
                int close = raw.indexOf('}', next);
                String inner = close < 0 ? raw.substring(next + 2) : raw.substring(next + 2, close);
                String value = close < 0 ? unclosed(node, nth) : lookUp(node, nth, inner);
                sound &= value != null;
                out.append(raw, at, next).append(value);
                at = close < 0 ? raw.length() : close + 1;
            }
            next = raw.indexOf("${", at);
        }
        return sound ? out.append(raw, at, raw.length()).toString() : null;
    }

    private @Nullable String unclosed(ScalarNode node, int nth) {
        reading.problem(reading.source().opening(node, nth), "'${' without '}'", ACCEPTED);
        return null;
    }

    private @Nullable String lookUp(ScalarNode node, int nth, String inner) {
        int colon = inner.indexOf(':');
        String name = colon < 0 ? inner : inner.substring(0, colon);
        Place place = reading.source().opening(node, nth);
        if (!isName(name)) {
            reading.problem(place, "'" + name + "' is no name of an environment variable", ACCEPTED);
            return null;
        }
        String value = environment.apply(name);
        if (value == null && colon < 0) {
            reading.problem(
                    place, "the environment has no " + name, "a variable that is set, or ${" + name + ":default}");
            return null;
        }
        return value != null ? value : inner.substring(colon + 1);
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            if (!letter && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
