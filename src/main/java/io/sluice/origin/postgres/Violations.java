package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.vertx.pgclient.PgException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules of the database that a request breaks (Postgres manual, appendix A, class 23), told by name and without a value. */
final class Violations {
    private Violations() {}

    /** Null: it is something else. */
    static Answer.@Nullable Refused refused(PgException problem) {
        String code = String.valueOf(problem.getSqlState());
        return switch (code) {
            case "23505" -> by(409, "another row has the same value", problem);
            case "23503" -> by(409, "it refers to a row that is not there, or another refers to it", problem);
            case "23P01" -> by(409, "it conflicts with another row", problem);
            case "23502" -> by(422, "a value is missing", problem);
            case "23514", "44000" -> by(422, "a value is not allowed", problem);
            case "23000", "23001" -> by(409, "it breaks a rule of the database", problem);
            case "40001", "40P01", "55P03" ->
                new Answer.Refused(409, "others changed the same at the same time; try again", Map.of());
            case "42501" -> new Answer.Refused(403, "the database does not allow this to this caller", Map.of());
            case "P0001" -> new Answer.Refused(422, "a rule of the database refuses it", Map.of());
            default -> null;
        };
    }

    private static Answer.Refused by(int status, String detail, PgException problem) {
        Map<String, String> members = new LinkedHashMap<>();
        put(members, "constraint", problem.getConstraint());
        put(members, "column", problem.getColumn());
        String name = problem.getConstraint() != null ? problem.getConstraint() : problem.getColumn();
        return new Answer.Refused(status, name == null ? detail : detail + ": " + name, members);
    }

    private static void put(Map<String, String> members, String name, @Nullable String value) {
        if (value != null) {
            members.put(name, value);
        }
    }
}
