package io.sluice.origin.postgres;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call's values for a statement's parameters: from the path, then the query. */
sealed interface Values {
    /** All are there and, as far as can be said here, of their types. */
    record Bound(Tuple tuple) implements Values {}

    /** One is not; Postgres need not be asked. */
    record Unfit(Answer.BadRequest why, boolean ofType) implements Values {}

    static Values of(Statement statement, Call call) {
        List<String> names = statement.names();
        Tuple tuple = Tuple.tuple(new java.util.ArrayList<>(names.size()));
        Map<String, List<String>> query = null;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String value = call.pathParameters().get(name);
            if (value == null) {
                if (query == null) {
                    query = query(call.uri());
                    if (query == null) {
                        return unfit(name, "the query's percent-encoding is broken");
                    }
                }
                List<String> given = query.getOrDefault(name, List.of());
                if (given.size() != 1) {
                    return unfit(name, given.isEmpty() ? "is required" : "is given more than once");
                }
                value = given.get(0);
            }
            if (value.indexOf('\0') >= 0) {
                return unfit(name, "holds a NUL character, which text cannot have");
            }
            ParameterType type = statement.types().get(i);
            if (!type.accepts(value)) {
                return new Unfit(new Answer.BadRequest(name, type.refusal(value)), true);
            }
            tuple.addString(value);
        }
        return new Bound(tuple);
    }

    private static Unfit unfit(String name, String detail) {
        return new Unfit(new Answer.BadRequest(name, detail), false);
    }

    private static @Nullable Map<String, List<String>> query(String uri) {
        try {
            return new QueryStringDecoder(uri).parameters();
        } catch (IllegalArgumentException broken) {
            return null;
        }
    }

    /**
     * Which value Postgres refused: the one it quotes, else one of a type only it can judge; its message is not passed on.
     */
    static Answer.BadRequest refused(Statement statement, Tuple tuple, String message) {
        int suspect = -1;
        for (int i = 0; i < tuple.size(); i++) {
            String value = tuple.getString(i);
            if (!statement.types().get(i).checked()) {
                if (message.contains("\"" + value + "\"")) {
                    suspect = i;
                    break;
                }
                suspect = suspect < 0 ? i : suspect;
            }
        }
        if (suspect < 0) {
            return new Answer.BadRequest(
                    String.join(", ", statement.names()), "the database cannot compute an answer for this value");
        }
        return new Answer.BadRequest(
                statement.names().get(suspect), statement.types().get(suspect).refusal(tuple.getString(suspect)));
    }
}
