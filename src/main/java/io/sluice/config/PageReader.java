package io.sluice.config;

import io.sluice.origin.postgres.Returns;
import io.sluice.origin.postgres.Returns.SortKey;
import io.sluice.origin.postgres.Returns.Style;
import io.sluice.origin.postgres.Returns.Total;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how a list is cut into pages. */
final class PageReader {
    private static final int DEFAULT_SIZE = 20;
    private static final int DEFAULT_MAX_SIZE = 100;
    private static final int MOST = 10_000;
    /** Each is a bit of a statement's text, and a column of an index. */
    private static final int MOST_KEYS = 16;

    private static final Pattern KEY = Pattern.compile(
            "([A-Za-z_][A-Za-z0-9_$]*|\"[^\"]+\")(?:\\s+(asc|desc))?(?:\\s+nulls\\s+(first|last))?",
            Pattern.CASE_INSENSITIVE);

    private PageReader() {}

    static Returns.Page read(Reading reading, Fields route, String name) {
        Fields fields = route.map("page", Keys.PAGE, "the page of route '" + name + "'");
        if (fields == null) {
            if (!route.has("page")) {
                route.problem(
                        route.keyPlace("returns"),
                        "route '" + name + "' returns a page and has no 'page'",
                        "page: { style: keyset, order: [price desc, id] }");
            }
            return new Returns.Page(Style.OFFSET, List.of(), DEFAULT_SIZE, DEFAULT_MAX_SIZE, Total.NONE);
        }
        fields.require("style");
        fields.require("order");
        Text style = fields.word("style", List.of("offset", "cursor", "keyset"));
        Text total = fields.word("total", List.of("none", "estimated", "exact"));
        Long size = fields.number("size", 1, MOST);
        Long most = fields.number("max-size", 1, MOST);
        long usual = size == null ? Math.min(DEFAULT_SIZE, most == null ? DEFAULT_SIZE : most) : size;
        long largest = most == null ? Math.max(DEFAULT_MAX_SIZE, usual) : most;
        if (usual > largest) {
            fields.problem(
                    fields.place("size"), fields.what("size") + " is more than its max-size", "at most the max-size");
        }
        return new Returns.Page(
                style == null ? Style.OFFSET : Style.valueOf(style.value().toUpperCase(Locale.ROOT)),
                order(fields),
                (int) usual,
                (int) largest,
                total == null ? Total.NONE : Total.valueOf(total.value().toUpperCase(Locale.ROOT)));
    }

    private static List<SortKey> order(Fields fields) {
        List<SortKey> keys = new ArrayList<>();
        List<Text> texts = fields.texts("order");
        for (Text text : texts) {
            SortKey key = key(text.value().strip());
            if (key == null || keys.stream().anyMatch(other -> other.column().equals(key.column()))) {
                fields.bad("order", text);
            } else {
                keys.add(key);
            }
        }
        if (fields.has("order") && texts.isEmpty() || keys.size() > MOST_KEYS) {
            fields.problem(
                    fields.place("order"),
                    fields.what("order") + (keys.isEmpty() ? " is empty" : " has too many columns"),
                    "1 to " + MOST_KEYS + " columns, which together tell the rows apart");
        }
        return keys;
    }

    private static @Nullable SortKey key(String text) {
        Matcher found = KEY.matcher(text);
        if (!found.matches()) {
            return null;
        }
        String column = found.group(1);
        boolean descending = "desc".equalsIgnoreCase(found.group(2));
        boolean nullsFirst = found.group(3) == null ? descending : "first".equalsIgnoreCase(found.group(3));
        return new SortKey(
                column.startsWith("\"") ? column.substring(1, column.length() - 1) : column, descending, nullsFirst);
    }
}
