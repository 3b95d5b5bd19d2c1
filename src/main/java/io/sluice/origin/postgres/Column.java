package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A column of what a statement returns.
 *
 * @param type as Postgres spells it; empty where a server before 16 does not tell
 */
public record Column(String name, String type) {
    /** How one list of columns is not another, in words; none where they are alike. Another order is other bytes. */
    public static List<String> differences(List<Column> wanted, List<Column> given) {
        Map<String, String> left = new LinkedHashMap<>();
        given.forEach(column -> left.put(column.name(), column.type()));
        List<String> words = new ArrayList<>();
        for (Column column : wanted) {
            String type = left.remove(column.name());
            if (type == null) {
                words.add("'" + column.name() + "' is missing");
            } else if (!type.equals(column.type())) {
                words.add("'" + column.name() + "' is " + type + " and not " + column.type());
            }
        }
        left.keySet().forEach(name -> words.add("'" + name + "' is not one of its columns"));
        List<String> order = wanted.stream().map(Column::name).toList();
        if (words.isEmpty() && !order.equals(given.stream().map(Column::name).toList())) {
            words.add("the order is " + String.join(", ", order));
        }
        return words;
    }

    /** What becomes of columns, in words; none where they stay as they are. */
    public static List<String> changes(List<Column> before, List<Column> after) {
        Map<String, String> left = new LinkedHashMap<>();
        after.forEach(column -> left.put(column.name(), column.type()));
        List<String> words = new ArrayList<>();
        for (Column column : before) {
            String type = left.remove(column.name());
            if (type == null) {
                words.add("'" + column.name() + "' goes");
            } else if (!type.equals(column.type())) {
                words.add("'" + column.name() + "' was " + column.type() + " and becomes " + type);
            }
        }
        left.forEach((name, type) -> words.add("'" + name + "' comes" + (type.isEmpty() ? "" : ", " + type)));
        return words;
    }
}
