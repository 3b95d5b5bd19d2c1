package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.postgres.SqlWriter.Text;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call's values for a statement's slots. */
sealed interface Values {
    /**
     * All are there and, as far as can be said here, of their types.
     *
     * @param bySlot null where there is none, or where it is SQL's null
     */
    record Bound(Statement statement, @Nullable String[] bySlot, Variation variation) implements Values {
        Tuple tuple(Text text) {
            int[] slots = text.slots();
            Tuple tuple = Tuple.tuple(new ArrayList<>(slots.length));
            for (int slot : slots) {
                tuple.addValue(bySlot[slot]);
            }
            return tuple;
        }

        /** Which value Postgres refused: the one it quotes, else it is one of all; its message is not passed on. */
        Answer.BadRequest refused(String message) {
            List<String> given = new ArrayList<>();
            int suspect = -1;
            for (int i = 0; i < statement.slots.learnt(); i++) {
                String value = bySlot[i];
                if (value != null) {
                    given.add(statement.slots.name(i));
                    // One of a type that was checked is refused only for what the statement makes of it.
                    boolean likelier = suspect < 0
                            || statement.types.get(suspect).checked()
                                    && !statement.types.get(i).checked();
                    suspect = likelier && message.contains("\"" + value + "\"") ? i : suspect;
                }
            }
            String value = suspect < 0 ? null : bySlot[suspect];
            if (value != null && !statement.types.get(suspect).checked()) {
                return new Answer.BadRequest(
                        statement.slots.name(suspect),
                        statement.types.get(suspect).refusal(value));
            }
            List<String> names = value == null ? given : List.of(statement.slots.name(suspect));
            return new Answer.BadRequest(
                    names.isEmpty() ? "query" : String.join(", ", names),
                    "the database cannot compute an answer for " + (names.size() > 1 ? "these values" : "this value"));
        }

        /** Whether there is anything that a caller chose. */
        boolean any() {
            return bySlot.length > 0;
        }
    }

    /** One does not do; Postgres need not be asked. */
    record Unfit(Answer.BadRequest why, boolean ofType) implements Values {}

    static Values of(Statement statement, Call call, @Nullable Cursors cursors) {
        try {
            return read(statement, new Given(call), cursors);
        } catch (Given.Wrong wrong) {
            return new Unfit(wrong.why, wrong.ofType);
        }
    }

    private static Bound read(Statement statement, Given given, @Nullable Cursors cursors) throws Given.Wrong {
        Slots slots = statement.slots;
        @Nullable String[] values = new String[slots.size()];
        List<String> names = slots.names();
        for (int i = 0; i < names.size(); i++) {
            values[i] = checked(statement, i, names.get(i), given.required(names.get(i)));
        }
        long asked = 0;
        for (int i = 0; i < slots.filters().size(); i++) {
            Filter filter = slots.filters().get(i);
            String value = given.any(filter.names());
            if (value != null) {
                asked |= 1L << i;
                checked(statement, slots.filter(i), filter.names().get(0), value);
                values[slots.filter(i)] = filter.bound(value);
            }
        }
        Variation variation = asked == 0 ? Variation.PLAIN : new Variation(asked, Variation.Way.FIRST, 0);
        if (statement.spec.returns() instanceof Returns.Page page) {
            variation = Paging.read(statement, page, given, values, variation, cursors);
        }
        given.nothingElse(statement.known);
        return new Bound(statement, values, variation);
    }

    /** The value, when it is of the slot's type. */
    static String checked(Statement statement, int slot, String name, String value) throws Given.Wrong {
        ParameterType type = statement.types.get(slot);
        if (!type.accepts(value)) {
            throw new Given.Wrong(name, type.refusal(value), true);
        }
        return value;
    }
}
