package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** One reading of one file: its source, its environment, and the problems found so far. */
final class Reading {
    /** Aliases let a small file stand for a huge one; no honest configuration comes near this many values. */
    private static final int MOST_VALUES = 200_000;

    private final Source source;
    private final Expansion expansion;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private boolean tokens;
    private int values;

    Reading(Source source, Function<String, @Nullable String> environment) {
        this.source = source;
        this.expansion = new Expansion(this, environment);
    }

    Source source() {
        return source;
    }

    /** The file says whose tokens are believed. */
    void hasTokens() {
        tokens = true;
    }

    /** Reports a claim where nothing says whose tokens are believed. */
    void needsTokens(Text claim, String where) {
        if (!tokens) {
            problem(
                    claim.place(),
                    "'" + shortened(claim.value()) + "' in " + where + " needs to know whose tokens are believed",
                    "a 'jwt' at the top of the file, such as jwt: { jwks: \"https://issuer/jwks.json\" }");
        }
    }

    void problem(Place place, String found, @Nullable String accepted) {
        problems.add(new Problem(place, found, null, accepted));
    }

    void problem(Place place, String found, @Nullable String meant, @Nullable String accepted) {
        problems.add(new Problem(place, found, meant, accepted));
    }

    boolean sound() {
        return problems.isEmpty();
    }

    List<Problem> problems() {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt((Problem p) -> p.place().line())
                .thenComparingInt(p -> p.place().column()));
        return sorted;
    }

    /**
     * A scalar with a value.
     *
     * @param what it is, for messages: {@code 'quota' in limit 'burst'}
     * @return null when a problem was reported
     */
    @Nullable
    Text text(Node node, String what, @Nullable String accepted) {
        if (!(node instanceof ScalarNode scalar)) {
            problem(source.place(node), what + " is " + kind(node), accepted);
            return null;
        }
        if (isNothing(node)) {
            problem(source.place(node), what + " has no value", accepted);
            return null;
        }
        count();
        String value = expansion.expand(scalar);
        boolean expanded = value != null && !value.equals(scalar.getValue());
        return value == null ? null : new Text(value, scalar, source, !scalar.isPlain() && !expanded, expanded);
    }

    /** The items of a list; none when a problem was reported. */
    List<Node> items(Node node, String what, @Nullable String accepted) {
        if (node instanceof SequenceNode list) {
            return list.getValue();
        }
        problem(source.place(node), what + (isNothing(node) ? " has no value" : " is " + kind(node)), accepted);
        return List.of();
    }

    static boolean isNothing(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && node.getTag().equals(Tag.NULL);
    }

    /** What a node is, for messages. */
    static String kind(Node node) {
        if (node instanceof MappingNode) {
            return "a map";
        }
        return node instanceof SequenceNode ? "a list" : "'" + shortened(((ScalarNode) node).getValue()) + "'";
    }

    static String shortened(String value) {
        String line = value.replace('\n', ' ');
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }

    /** Thrown to end a reading that aliases blow up; never leaves the reader. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    void count() {
        if (++values > MOST_VALUES) {
            throw new TooMany();
        }
    }
}
