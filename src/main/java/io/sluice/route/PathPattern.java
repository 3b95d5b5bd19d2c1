package io.sluice.route;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path pattern: literal segments, {@code {name}} for one segment, {@code *} for one, a last {@code **} for any rest,
 * also none: {@code /api/**} takes {@code /api} too. Empty segments do not count, so {@code /a/} is the same pattern as
 * {@code /a}. Literals are compared after percent-decoding and with case.
 */
public record PathPattern(String text) {
    /** @throws IllegalArgumentException where {@link #parse} would say what is wrong */
    public PathPattern {
        Bad bad = parsed(text).bad();
        if (bad != null) {
            throw new IllegalArgumentException(bad.message());
        }
    }

    /** What a text is. */
    public sealed interface Parsed {}

    public record Ok(PathPattern pattern) implements Parsed {}

    /**
     * @param message what is wrong
     * @param offset where in the text, from 0
     */
    public record Bad(String message, int offset) implements Parsed {}

    /** One segment. */
    public sealed interface Segment {
        /** The segment's text, percent-decoded. */
        record Literal(String text) implements Segment {}

        /** {@code {name}}; {@code *} where the name is null. */
        record One(@Nullable String name) implements Segment {}

        record Rest() implements Segment {}
    }

    public static Parsed parse(String text) {
        Bad bad = parsed(text).bad();
        return bad != null ? bad : new Ok(new PathPattern(text));
    }

    public List<Segment> segments() {
        return parsed(text).segments();
    }

    /** The names of the parameters, in order. */
    public List<String> parameters() {
        List<String> names = new ArrayList<>();
        for (Segment segment : segments()) {
            if (segment instanceof Segment.One one && one.name() != null) {
                names.add(one.name());
            }
        }
        return names;
    }

    /**
     * Orders patterns by how specific they are, the most specific first: at the first segment where two differ a
     * literal comes before {@code {name}} and {@code *}, these before the end of the pattern, and that before
     * {@code **}. Zero when both take the same paths.
     */
    static int compare(List<Segment> a, List<Segment> b) {
        for (int i = 0; ; i++) {
            Segment left = i < a.size() ? a.get(i) : null;
            Segment right = i < b.size() ? b.get(i) : null;
            if (left == null && right == null) {
                return 0;
            }
            int order = Integer.compare(rank(left), rank(right));
            if (order == 0 && left instanceof Segment.Literal l && right instanceof Segment.Literal r) {
                order = l.text().compareTo(r.text());
            }
            if (order != 0) {
                return order;
            }
        }
    }

    private static int rank(@Nullable Segment segment) {
        if (segment == null) {
            return 2;
        }
        return segment instanceof Segment.Literal ? 0 : segment instanceof Segment.One ? 1 : 3;
    }

    /** Whether both take exactly the same paths. */
    public boolean sameAs(PathPattern other) {
        return compare(segments(), other.segments()) == 0;
    }

    private record Outcome(List<Segment> segments, @Nullable Bad bad) {
        static Outcome bad(String message, int offset) {
            return new Outcome(List.of(), new Bad(message, offset));
        }
    }

    private static Outcome parsed(String text) {
        if (text.isEmpty() || text.charAt(0) != '/') {
            return Outcome.bad("a path starts with '/'", 0);
        }
        int query = text.indexOf('?');
        if (query >= 0) {
            return Outcome.bad("a path has no query", query);
        }
        List<Segment> segments = new ArrayList<>();
        List<String> names = new ArrayList<>();
        int from = 1;
        while (from <= text.length()) {
            int slash = text.indexOf('/', from);
            int to = slash < 0 ? text.length() : slash;
            if (to > from) {
                if (!segments.isEmpty() && segments.get(segments.size() - 1) instanceof Segment.Rest) {
                    return Outcome.bad("'**' is only for the end of a path", from - 3);
                }
                Object segment = segment(text.substring(from, to), names);
                if (segment instanceof String message) {
                    return Outcome.bad(message, from);
                }
                segments.add((Segment) segment);
            }
            from = to + 1;
        }
        String refused = RequestPath.check(text);
        return refused == null ? new Outcome(segments, null) : Outcome.bad("no request has this path: " + refused, 0);
    }

    /** A segment, or as a string what is wrong with it. */
    private static Object segment(String text, List<String> names) {
        if (text.equals("**")) {
            return new Segment.Rest();
        }
        if (text.equals("*")) {
            return new Segment.One(null);
        }
        if (text.indexOf('*') >= 0) {
            return "'*' and '**' stand for whole segments; write %2A for the character";
        }
        if (text.indexOf('{') < 0 && text.indexOf('}') < 0) {
            return new Segment.Literal(Segments.decode(text));
        }
        if (text.charAt(0) != '{' || text.indexOf('}') != text.length() - 1) {
            return "a parameter stands for a whole segment, as in /products/{id}";
        }
        String name = text.substring(1, text.length() - 1);
        if (!isName(name)) {
            return "'" + name + "' is no name for a parameter: letters, digits, '_' and '-', a letter first";
        }
        if (names.contains(name)) {
            return "the parameter '" + name + "' is there twice";
        }
        names.add(name);
        return new Segment.One(name);
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
