package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** SQL being put together. What is bound is numbered as it first appears, so that nothing is numbered that is not there. */
final class SqlWriter {
    private final StringBuilder text = new StringBuilder(256);
    private final List<Integer> slots = new ArrayList<>();
    private final IntFunction<String> casts;
    private int declaredAt = -1;

    /** @param casts what stands behind a parameter's number, by its slot */
    SqlWriter(IntFunction<String> casts) {
        this.casts = casts;
    }

    /** Its parameters' types are left to Postgres to find out. */
    static SqlWriter untyped() {
        return new SqlWriter(slot -> "");
    }

    /**
     * Every parameter is sent as text and cast to its type: that makes the plan the one of a typed parameter, and takes every type
     * Postgres has, enums and domains too.
     */
    static SqlWriter typed(List<ParameterType> types) {
        return new SqlWriter(slot -> "::text::" + types.get(slot).cast());
    }

    SqlWriter sql(String sql) {
        text.append(sql);
        return this;
    }

    /** A name as Postgres quotes it. */
    SqlWriter name(String name) {
        text.append('"').append(name.replace("\"", "\"\"")).append('"');
        return this;
    }

    SqlWriter bind(int slot) {
        int number = slots.indexOf(slot);
        if (number < 0) {
            number = slots.size();
            slots.add(slot);
        }
        String cast = casts.apply(slot);
        text.append(cast.isEmpty() ? "$" : "($").append(number + 1).append(cast);
        if (!cast.isEmpty()) {
            text.append(')');
        }
        return this;
    }

    /** What was declared, its parameters' slots being their places; on lines of its own, so that a comment at its end takes nothing. */
    SqlWriter declared(SqlTemplate template) {
        if (declaredAt < 0) {
            declaredAt = text.length();
        }
        for (int i = 0; i < template.parts().size(); i++) {
            text.append(template.parts().get(i));
            if (i < template.places().size()) {
                bind(template.places().get(i));
            }
        }
        return sql("\n");
    }

    /** Where the declared SQL begins for the first time; -1: nowhere. */
    int declaredAt() {
        return declaredAt;
    }

    Text text() {
        return new Text(
                text.toString(), slots.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * SQL with its parameters.
     *
     * @param slots for {@code $1}, {@code $2} and so on, which value it is
     */
    record Text(String sql, int[] slots) {}
}
