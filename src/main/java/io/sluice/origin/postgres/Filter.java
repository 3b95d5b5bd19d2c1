package io.sluice.origin.postgres;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a caller may ask of one column. Its value is a bound parameter.
 *
 * @param column as the statement names it
 * @param names of the query's parameters that mean it, of which one may be there
 */
public record Filter(String column, Operator operator, List<String> names) {
    public Filter {
        names = List.copyOf(names);
    }

    /** @param sole whether it is the only one of its column, so that the column's own name means it too */
    public static Filter of(String column, Operator operator, boolean sole) {
        String dotted = column + '.' + operator.word();
        String bracketed = column + '[' + operator.word() + ']';
        return new Filter(
                column,
                operator,
                sole || operator == Operator.EQ ? List.of(column, dotted, bracketed) : List.of(dotted, bracketed));
    }

    /** The comparison, as it is written. */
    public enum Operator {
        EQ(" = "),
        NE(" <> "),
        GT(" > "),
        GTE(" >= "),
        LT(" < "),
        LTE(" <= "),
        /** Of texts that begin so. */
        PREFIX(" LIKE "),
        /** One of several, with commas between. */
        IN(" = ANY ");

        final String sql;

        Operator(String sql) {
            this.sql = sql;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A value as it is bound. */
    String bound(String value) {
        return switch (operator) {
            case PREFIX -> value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + '%';
            case IN -> array(value.split(",", -1));
            default -> value;
        };
    }

    private static String array(String... elements) {
        return Stream.of(elements).map(Filter::quoted).collect(Collectors.joining(",", "{", "}"));
    }

    /** An element of an array as Postgres writes it (manual, §8.15.2): in quotes, so that none means null. */
    static String quoted(String element) {
        return '"' + element.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
