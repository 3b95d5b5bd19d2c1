package io.sluice.origin.postgres;

import io.netty.handler.codec.http.QueryStringEncoder;
import io.sluice.origin.Call;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How pages are asked for, and how an answer tells the way to the others (RFC 8288, {@code Link}). */
final class Paging {
    static final String LIMIT = "limit";
    static final String OFFSET = "offset";
    static final String CURSOR = "cursor";
    static final String AFTER = "after";
    static final String BEFORE = "before";

    private Paging() {}

    /** What a query may say, as told to who says something else. */
    static List<String> names(SqlTemplate template, PostgresSpec spec) {
        List<String> names = new ArrayList<>(template.names());
        spec.filters().forEach(filter -> names.add(filter.names().get(0)));
        if (spec.returns() instanceof Returns.Page page) {
            names.addAll(positions(page));
        }
        return List.copyOf(names);
    }

    /** The parameters that tell which page is meant. */
    static List<String> positions(Returns.Page page) {
        return switch (page.style()) {
            case OFFSET -> List.of(LIMIT, OFFSET);
            case CURSOR -> List.of(LIMIT, CURSOR);
            case KEYSET -> List.of(LIMIT, AFTER, BEFORE);
        };
    }

    /** Fills in the values that tell which page is meant. */
    static Variation read(
            Statement statement,
            Returns.Page page,
            Given given,
            @Nullable String[] values,
            Variation filtered,
            @Nullable Cursors cursors)
            throws Given.Wrong {
        Slots slots = statement.slots;
        values[slots.limit()] = number(given, LIMIT, 1, page.most(), page.size());
        if (page.style() == Returns.Style.OFFSET) {
            values[slots.offset()] = number(given, OFFSET, 0, Long.MAX_VALUE, 0);
            return filtered;
        }
        Place place =
                page.style() == Returns.Style.CURSOR ? ofCursor(statement, given, values, cursors) : ofKeys(given);
        return place == null ? filtered : bind(statement, place, values, filtered);
    }

    /**
     * A row in the order, as the way to a page behind it or before it.
     *
     * @param name of the parameter that said it
     */
    private record Place(String name, boolean back, List<JsonText.Value> keys) {}

    private static String number(Given given, String name, long least, long most, long otherwise) throws Given.Wrong {
        String text = given.optional(name);
        if (text == null) {
            return Long.toString(otherwise);
        }
        boolean digits = !text.isEmpty() && text.length() <= 19 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        try {
            long value = digits ? Long.parseLong(text) : -1;
            if (value >= least && value <= most) {
                return Long.toString(value);
            }
        } catch (NumberFormatException tooLarge) {
            // said below
        }
        throw new Given.Wrong(
                name, "expected a whole number from " + least + (most == Long.MAX_VALUE ? "" : " to " + most));
    }

    private static @Nullable Place ofCursor(
            Statement statement, Given given, @Nullable String[] values, @Nullable Cursors cursors) throws Given.Wrong {
        String cursor = given.optional(CURSOR);
        if (cursor == null) {
            return null;
        }
        String said = cursors == null ? null : cursors.read(bound(statement, values), cursor);
        if (said == null || said.isEmpty()) {
            throw new Given.Wrong(
                    CURSOR, "is none that was given for this route with these filters; begin again without it");
        }
        return new Place(CURSOR, said.charAt(0) == '<', keys(CURSOR, said.substring(1)));
    }

    private static @Nullable Place ofKeys(Given given) throws Given.Wrong {
        String after = given.optional(AFTER);
        String before = given.optional(BEFORE);
        if (after != null && before != null) {
            throw new Given.Wrong(BEFORE, "does not go with 'after'");
        }
        if (after == null && before == null) {
            return null;
        }
        String name = after != null ? AFTER : BEFORE;
        return new Place(name, before != null, keys(name, after != null ? after : String.valueOf(before)));
    }

    private static List<JsonText.Value> keys(String name, String json) throws Given.Wrong {
        try {
            JsonText.Value value = JsonText.read(json);
            if (value.kind() == JsonText.Kind.ARRAY) {
                return value.elements();
            }
        } catch (IOException notJson) {
            // said below
        }
        throw new Given.Wrong(name, "expected a JSON array with one value for each column of the order");
    }

    private static Variation bind(Statement statement, Place place, @Nullable String[] values, Variation filtered)
            throws Given.Wrong {
        Slots slots = statement.slots;
        if (place.keys().size() != slots.keys().size()) {
            throw new Given.Wrong(
                    place.name(),
                    "expected " + slots.keys().size() + " values, for "
                            + String.join(
                                    ", ",
                                    slots.keys().stream()
                                            .map(Returns.SortKey::column)
                                            .toList()));
        }
        long nulls = 0;
        for (int i = 0; i < slots.keys().size(); i++) {
            JsonText.Value key = place.keys().get(i);
            String text = key.text();
            if (key.kind() == JsonText.Kind.NULL) {
                nulls |= 1L << i;
            } else if (key.kind() == JsonText.Kind.OBJECT || key.kind() == JsonText.Kind.ARRAY) {
                throw new Given.Wrong(place.name(), "holds a value that is no text, number or boolean");
            } else {
                if (text.indexOf('\0') >= 0) {
                    throw new Given.Wrong(place.name(), "holds a NUL character, which text cannot have");
                }
                ParameterType type = statement.types.get(slots.key(i));
                // What a cursor says was signed here.
                if (!place.name().equals(CURSOR) && !type.acceptsSpelled(text)) {
                    throw new Given.Wrong(place.name(), type.refusal(text), true);
                }
                values[slots.key(i)] = text;
            }
        }
        return new Variation(filtered.filters(), place.back() ? Variation.Way.BEFORE : Variation.Way.AFTER, nulls);
    }

    /** What a cursor is good for: this route, declared like this, with these values. How long pages are may change. */
    private static String bound(Statement statement, @Nullable String[] values) {
        StringBuilder bound =
                new StringBuilder(statement.spec.route()).append('\n').append(statement.spec.sql());
        bound.append('\n').append(statement.slots.keys());
        for (int i = 0; i < statement.slots.key(0); i++) {
            String value = values[i];
            bound.append(value == null ? "\n-" : "\n" + value.length() + ':' + value);
        }
        return bound.toString();
    }

    /**
     * One page as Postgres told it.
     *
     * @param data a JSON array
     * @param more whether there are more rows on the way that was gone
     * @param first the order's values of the row found first, as a JSON array; null where there is none, or pages are not found by them
     * @param last of the row found last
     * @param total of all rows; null where that is not told
     */
    record Found(
            Buffer data,
            boolean more,
            @Nullable String first,
            @Nullable String last,
            @Nullable Long total) {}

    /** What the answer to a call says. */
    record Shown(Buffer body, String links) {}

    static Shown show(Values.Bound values, Call call, Found found, @Nullable Cursors cursors) {
        Statement statement = values.statement();
        Returns.Page page = (Returns.Page) statement.spec.returns();
        return page.style() == Returns.Style.OFFSET
                ? byOffset(values, page, call, found)
                : byKeys(values, page, call, found, cursors);
    }

    private static Shown byOffset(Values.Bound values, Returns.Page page, Call call, Found found) {
        Slots slots = values.statement().slots;
        long limit = Long.parseLong(String.valueOf(values.bySlot()[slots.limit()]));
        long offset = Long.parseLong(String.valueOf(values.bySlot()[slots.offset()]));
        Links links = new Links(call, values.statement().spec, page);
        JsonObject told = new JsonObject().put(LIMIT, limit).put(OFFSET, offset);
        Long total = found.total();
        if (total != null) {
            told.put("total", total);
            if (page.total() == Returns.Total.ESTIMATED) {
                told.put("estimated", true);
            }
        }
        links.first();
        Long before = offset == 0 ? null : Math.max(0, offset - limit);
        if (before != null) {
            links.to("prev", OFFSET, before.toString());
        }
        Long after = found.more() ? Long.valueOf(offset + limit) : null;
        if (after != null) {
            links.to("next", OFFSET, after.toString());
        }
        if (total != null && page.total() == Returns.Total.EXACT) {
            long last = total == 0 ? 0 : (total - 1) / limit * limit;
            links.to("last", OFFSET, Long.toString(last));
        }
        told.put("prev", before).put("next", after);
        return new Shown(body(found, told), links.toString());
    }

    private static Shown byKeys(
            Values.Bound values, Returns.Page page, Call call, Found found, @Nullable Cursors cursors) {
        Statement statement = values.statement();
        boolean back = values.variation().way() == Variation.Way.BEFORE;
        boolean first = values.variation().way() == Variation.Way.FIRST;
        String start = back ? found.last() : found.first();
        String end = back ? found.first() : found.last();
        // Behind where one came from there is something, or was: what it is is seen when it is asked for.
        boolean hasNext = end != null && (back || found.more());
        boolean hasPrev = start != null && (back ? found.more() : !first);
        JsonObject told =
                new JsonObject().put(LIMIT, Long.parseLong(String.valueOf(values.bySlot()[statement.slots.limit()])));
        if (found.total() != null) {
            told.put("total", found.total());
            if (page.total() == Returns.Total.ESTIMATED) {
                told.put("estimated", true);
            }
        }
        Links links = new Links(call, values.statement().spec, page);
        links.first();
        if (cursors != null && page.style() == Returns.Style.CURSOR) {
            String bound = bound(statement, values.bySlot());
            String prev = hasPrev ? cursors.sign(bound, '<' + start) : null;
            String next = hasNext ? cursors.sign(bound, '>' + end) : null;
            links.to("prev", CURSOR, prev);
            links.to("next", CURSOR, next);
            told.put("prev", prev).put("next", next);
        } else {
            links.to("prev", BEFORE, hasPrev ? start : null);
            links.to("next", AFTER, hasNext ? end : null);
            told.put("prev", hasPrev ? new JsonArray(start) : null).put("next", hasNext ? new JsonArray(end) : null);
        }
        return new Shown(body(found, told), links.toString());
    }

    private static Buffer body(Found found, JsonObject page) {
        return Buffer.buffer("{\"data\":").appendBuffer(found.data()).appendString(",\"page\":" + page.encode() + "}");
    }

    /** The same target, other pages. */
    private static final class Links {
        private final String path;
        private final Map<String, String> query = new LinkedHashMap<>();
        private final List<String> links = new ArrayList<>();

        Links(Call call, PostgresSpec spec, Returns.Page page) {
            int mark = call.uri().indexOf('?');
            this.path = mark < 0 ? call.uri() : call.uri().substring(0, mark);
            if (mark >= 0) {
                Given.decoded(call.uri()).forEach((name, values) -> query.put(name, values.get(0)));
            }
            for (String position : positions(page)) {
                if (!position.equals(LIMIT)) {
                    query.remove(position);
                }
            }
            // What the path says too was not looked at: others get this answer, who did not say it.
            List<String> options = spec.options();
            query.keySet().removeIf(name -> call.pathParameters().containsKey(name) && !options.contains(name));
        }

        void first() {
            add("first", query);
        }

        /** @param value null: there is no such page */
        void to(String relation, String position, @Nullable String value) {
            if (value != null) {
                Map<String, String> there = new LinkedHashMap<>(query);
                there.put(position, value);
                add(relation, there);
            }
        }

        private void add(String relation, Map<String, String> parameters) {
            QueryStringEncoder encoder = new QueryStringEncoder(path);
            parameters.forEach(encoder::addParam);
            links.add('<' + encoder.toString() + ">; rel=\"" + relation + '"');
        }

        @Override
        public String toString() {
            return String.join(", ", links);
        }
    }
}
