package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * SQL cut at its parameters.
 *
 * @param parts the text between the parameters, one more than there are places
 * @param starts where each part starts in the declared SQL
 * @param places which parameter stands after each part, from 0
 * @param names the parameters' names
 */
record SqlTemplate(List<String> parts, List<Integer> starts, List<Integer> places, List<String> names) {

    static final class Builder {
        private final String sql;
        private final List<String> parts = new ArrayList<>();
        private final List<Integer> starts = new ArrayList<>();
        private final List<Integer> places = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private int from;

        Builder(String sql) {
            this.sql = sql;
        }

        /** A parameter stands in {@code sql} from the colon at {@code start} up to {@code end}. */
        void parameter(int start, int end) {
            String name = sql.substring(start + 1, end);
            if (!names.contains(name)) {
                names.add(name);
            }
            parts.add(sql.substring(from, start));
            starts.add(from);
            places.add(names.indexOf(name));
            from = end;
        }

        SqlTemplate end(int at) {
            parts.add(sql.substring(from, Math.max(from, at)));
            starts.add(from);
            return new SqlTemplate(List.copyOf(parts), List.copyOf(starts), List.copyOf(places), List.copyOf(names));
        }
    }

    /** The SQL with each parameter, from 0, written as told. */
    String render(IntFunction<String> parameter) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            text.append(parts.get(i));
            if (i < places.size()) {
                text.append(parameter.apply(places.get(i)));
            }
        }
        return text.toString();
    }

    /** As Postgres numbers parameters. */
    String numbered() {
        return render(parameter -> "$" + (parameter + 1));
    }

    /** Where in the declared SQL an offset in {@link #numbered} is. */
    int declared(int offset) {
        int at = 0;
        for (int i = 0; i < parts.size(); i++) {
            int length = parts.get(i).length();
            if (offset < at + length || i == places.size()) {
                return starts.get(i) + Math.max(0, offset - at);
            }
            at += length + 1 + Integer.toString(places.get(i) + 1).length();
            if (offset < at) {
                return starts.get(i) + length;
            }
        }
        return -1;
    }
}
