package io.sluice.origin.postgres;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one call gives, each name once; what is wrong with it is thrown inside and told as {@link Values.Unfit}. */
final class Given {
    /** Thrown inside only. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;
        final Answer.BadRequest why;
        final boolean ofType;

        Wrong(String name, String detail, boolean ofType) {
            super(detail, null, false, false);
            this.why = new Answer.BadRequest(name, detail);
            this.ofType = ofType;
        }

        Wrong(String name, String detail) {
            this(name, detail, false);
        }
    }

    private final Call call;
    private final Set<String> used = new HashSet<>(8);
    private @Nullable Map<String, List<String>> query;

    Given(Call call) {
        this.call = call;
    }

    /** As a target's query is read everywhere; fails where its percent-encoding is broken. */
    static Map<String, List<String>> decoded(String uri) {
        return new QueryStringDecoder(uri).parameters();
    }

    private Map<String, List<String>> query(String name) throws Wrong {
        Map<String, List<String>> known = query;
        if (known == null) {
            int mark = call.uri().indexOf('?');
            try {
                known = mark < 0 ? Map.of() : decoded(call.uri());
            } catch (IllegalArgumentException broken) {
                throw new Wrong(name, "the query's percent-encoding is broken");
            }
            query = known;
        }
        return known;
    }

    /** From the query; null where it does not have it. What a path has of that name is something else. */
    @Nullable
    String optional(String name) throws Wrong {
        List<String> given = query(name).getOrDefault(name, List.of());
        if (given.size() > 1) {
            throw new Wrong(name, "is given more than once");
        }
        if (given.isEmpty()) {
            return null;
        }
        used.add(name);
        return text(name, given.get(0));
    }

    /** From the path, then the query. */
    String required(String name) throws Wrong {
        String inPath = call.pathParameters().get(name);
        String value = inPath == null ? optional(name) : text(name, inPath);
        if (value == null) {
            throw new Wrong(name, "is required");
        }
        return value;
    }

    private static String text(String name, String value) throws Wrong {
        if (value.indexOf('\0') >= 0) {
            throw new Wrong(name, "holds a NUL character, which text cannot have");
        }
        return value;
    }

    /** One of several names for the same. */
    @Nullable
    String any(List<String> names) throws Wrong {
        String found = null;
        for (String name : names) {
            String value = optional(name);
            if (value != null && found != null) {
                throw new Wrong(name, "is given more than once");
            }
            found = value == null ? found : value;
        }
        return found;
    }

    /** Nothing is there that nobody asked for: a misspelt filter would answer too much. */
    void nothingElse(List<String> known) throws Wrong {
        for (String name : query("query").keySet()) {
            // What the path says too is not looked at.
            if (!used.contains(name) && !call.pathParameters().containsKey(name)) {
                String shown = name.length() > 64 ? name.substring(0, 64) + "…" : name;
                throw new Wrong(
                        shown, "is not known here; accepted: " + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }
}
