package io.sluice.config;

import io.sluice.origin.postgres.Filter;
import io.sluice.origin.postgres.Returns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads what callers may filter a list by. */
final class FilterReader {
    /** Each is a bit of a statement's text. */
    private static final int MOST = 60;

    private static final List<String> WORDS =
            Arrays.stream(Filter.Operator.values()).map(Filter.Operator::word).toList();

    private FilterReader() {}

    /** @param taken names of a query that mean something else, and what */
    static List<Filter> read(Reading reading, Fields fields, Returns returns, Map<String, String> taken) {
        List<Filter> filters = new ArrayList<>();
        for (Fields.Entry entry : fields.named("filters")) {
            List<Text> words = entry.value() instanceof SequenceNode list
                    ? list.getValue().stream()
                            .map(item -> reading.text(item, what(entry), accepted()))
                            .filter(java.util.Objects::nonNull)
                            .toList()
                    : one(reading, entry);
            for (Text word : words) {
                Filter.Operator operator = operator(reading, entry, word);
                Filter filter = operator == null ? null : Filter.of(entry.name(), operator, words.size() == 1);
                if (filter != null && filters.contains(filter)) {
                    reading.problem(word.place(), "'" + word.value() + "' is there twice in " + what(entry), null);
                } else if (filter != null) {
                    filters.add(filter);
                }
            }
            clash(reading, entry, filters, taken);
        }
        if (!filters.isEmpty() && !(returns instanceof Returns.Rows) && !(returns instanceof Returns.Page)) {
            fields.problem(
                    fields.keyPlace("filters"), fields.what("filters") + " are only for lists", "returns: rows, page");
        }
        if (filters.size() > MOST) {
            fields.problem(fields.keyPlace("filters"), fields.what("filters") + " are too many", "at most " + MOST);
            return List.of();
        }
        return filters;
    }

    private static void clash(Reading reading, Fields.Entry entry, List<Filter> filters, Map<String, String> taken) {
        filters.stream()
                .filter(filter -> filter.column().equals(entry.name()))
                .flatMap(filter -> filter.names().stream())
                .filter(taken::containsKey)
                .findFirst()
                .ifPresent(name -> reading.problem(
                        entry.place(),
                        what(entry) + " is asked for as '" + name + "', which is " + taken.get(name),
                        "a column with another name, such as by AS in the SQL"));
    }

    private static List<Text> one(Reading reading, Fields.Entry entry) {
        Text text = reading.text(entry.value(), what(entry), accepted());
        return text == null ? List.of() : List.of(text);
    }

    private static Filter.@Nullable Operator operator(Reading reading, Fields.Entry entry, Text word) {
        if (WORDS.contains(word.value())) {
            return Filter.Operator.valueOf(word.value().toUpperCase(Locale.ROOT));
        }
        reading.problem(
                word.place(),
                "bad value '" + Reading.shortened(word.value()) + "' for " + what(entry),
                NearName.of(word.value(), WORDS),
                accepted());
        return null;
    }

    private static String what(Fields.Entry entry) {
        return "the filter on '" + entry.name() + "'";
    }

    private static String accepted() {
        return String.join(", ", WORDS);
    }
}
