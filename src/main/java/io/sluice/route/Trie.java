package io.sluice.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Routes by their segments. Walked depth first in the order of {@link PathPattern#compare}, so the first leaf is the
 * most specific; each node is visited at most once, whatever the path.
 */
final class Trie {
    private final Node root = new Node();
    private final int depth;

    Trie(List<Route> routes) {
        List<List<PathPattern.Segment>> patterns = new ArrayList<>();
        for (Route route : routes) {
            patterns.add(route.path().segments());
        }
        List<List<PathPattern.Segment>> order = new ArrayList<>(patterns);
        order.sort(PathPattern::compare);
        int deepest = 0;
        for (int i = 0; i < routes.size(); i++) {
            List<PathPattern.Segment> pattern = patterns.get(i);
            int rank = 0;
            while (PathPattern.compare(order.get(rank), pattern) != 0) {
                rank++;
            }
            add(routes.get(i), pattern, rank);
            deepest = Math.max(deepest, pattern.size());
        }
        depth = deepest;
    }

    /** The longest pattern's segments; what a path has past one more cannot change the match. */
    int depth() {
        return depth;
    }

    private void add(Route route, List<PathPattern.Segment> pattern, int rank) {
        Node node = root;
        List<String> names = new ArrayList<>();
        List<Integer> indexes = new ArrayList<>();
        boolean rest = false;
        for (int i = 0; i < pattern.size(); i++) {
            PathPattern.Segment segment = pattern.get(i);
            if (segment instanceof PathPattern.Segment.Literal literal) {
                node = node.literals.computeIfAbsent(literal.text(), text -> new Node());
            } else if (segment instanceof PathPattern.Segment.One one) {
                if (node.one == null) {
                    node.one = new Node();
                }
                node = node.one;
                if (one.name() != null) {
                    names.add(one.name());
                    indexes.add(i);
                }
            } else {
                rest = true;
            }
        }
        Leaf leaf = new Leaf(
                route,
                rank,
                names.toArray(String[]::new),
                indexes.stream().mapToInt(Integer::intValue).toArray(),
                new Match.Found(route, Map.of()));
        if (rest) {
            node.rests = with(node.rests, leaf);
        } else {
            node.ends = with(node.ends, leaf);
        }
    }

    private static Leaf[] with(Leaf[] leaves, Leaf added) {
        Leaf[] more = java.util.Arrays.copyOf(leaves, leaves.length + 1);
        more[leaves.length] = added;
        return more;
    }

    @Nullable
    Leaf find(String[] path, String method) {
        return find(root, path, 0, method);
    }

    private static @Nullable Leaf find(Node node, String[] path, int at, String method) {
        Leaf found = null;
        if (at == path.length) {
            found = taking(node.ends, method);
        } else {
            Node literal = node.literals.get(path[at]);
            if (literal != null) {
                found = find(literal, path, at + 1, method);
            }
            if (found == null && node.one != null) {
                found = find(node.one, path, at + 1, method);
            }
        }
        return found != null ? found : taking(node.rests, method);
    }

    private static @Nullable Leaf taking(Leaf[] leaves, String method) {
        for (Leaf leaf : leaves) {
            if (leaf.takes(method)) {
                return leaf;
            }
        }
        return null;
    }

    /** Adds the methods of all routes that take the path. */
    void allowed(String[] path, Set<String> into) {
        allowed(root, path, 0, into);
    }

    private static void allowed(Node node, String[] path, int at, Set<String> into) {
        for (Leaf leaf : node.rests) {
            leaf.addMethods(into);
        }
        if (at == path.length) {
            for (Leaf leaf : node.ends) {
                leaf.addMethods(into);
            }
            return;
        }
        Node literal = node.literals.get(path[at]);
        if (literal != null) {
            allowed(literal, path, at + 1, into);
        }
        if (node.one != null) {
            allowed(node.one, path, at + 1, into);
        }
    }

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();

        @Nullable
        Node one;

        Leaf[] ends = {};
        Leaf[] rests = {};
    }

    /**
     * A route where its pattern ends.
     *
     * @param rank its place among all patterns, the most specific first
     * @param names of its parameters
     * @param indexes of the segments that are their values
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never handed out of the room
    record Leaf(Route route, int rank, String[] names, int[] indexes, Match.Found withoutParameters) {
        boolean takes(String method) {
            Set<String> methods = route.methods();
            return methods.isEmpty() || methods.contains(method) || (method.equals("HEAD") && methods.contains("GET"));
        }

        void addMethods(Set<String> into) {
            into.addAll(route.methods());
            if (route.methods().contains("GET")) {
                into.add("HEAD");
            }
        }

        Map<String, String> parameters(String[] segments) {
            if (names.length == 1) {
                return Map.of(names[0], segments[indexes[0]]);
            }
            Map<String, String> values = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                values.put(names[i], segments[indexes[i]]);
            }
            return values;
        }
    }
}
