package io.sluice.admin;

import io.sluice.gateway.Problem;
import io.sluice.gateway.UrlKeys;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what is to be purged: a JSON object with one of {@code tags}, {@code route}, {@code url}, {@code everything}, and perhaps {@code soft}. */
final class PurgeReader {
    /** Tags in one purge: what it holds up the store for is bounded. */
    static final int MOST_TAGS = 1_000;
    /** UTF-8 bytes of one name. What entries carry comes out of a request's first line, of at most half of it. */
    static final int LONGEST = 16_384;

    private static final List<String> FIELDS = List.of("tags", "route", "url", "everything");
    private static final String SOFT = "soft";
    private static final String ACCEPTED = "'" + String.join("', '", FIELDS) + "'";

    private PurgeReader() {}

    /** What a body says. */
    sealed interface Reading {
        /** @param soft entries become stale, not void */
        record Wanted(Purge purge, boolean soft) implements Reading {}

        /** @param problem a 400 that names the field */
        record Refused(Problem problem) implements Reading {}
    }

    /** @param table whose routes may be named */
    static Reading read(Buffer body, RouteTable table) {
        JsonObject json = decoded(body);
        if (json == null) {
            return new Reading.Refused(Problem.of(400, "Bad Request", "the body is no JSON object"));
        }
        List<String> fields = new ArrayList<>(json.fieldNames());
        boolean soft = fields.remove(SOFT);
        if (soft && !(json.getValue(SOFT) instanceof Boolean)) {
            return refused(SOFT, "only true and false are accepted");
        }
        for (String field : fields) {
            if (!FIELDS.contains(field)) {
                return refused(field, "no such field; accepted: one of " + ACCEPTED + ", and '" + SOFT + "'");
            }
        }
        if (fields.isEmpty()) {
            return new Reading.Refused(Problem.of(400, "Bad Request", "one of " + ACCEPTED + " is needed"));
        }
        if (fields.size() > 1) {
            return refused(fields.get(1), "'" + fields.get(0) + "' is there too, and only one may be");
        }
        String field = fields.get(0);
        Reading chosen = chosen(field, json.getValue(field), table);
        return soft && json.getBoolean(SOFT) && chosen instanceof Reading.Wanted wanted
                ? new Reading.Wanted(wanted.purge(), true)
                : chosen;
    }

    private static Reading chosen(String field, @Nullable Object value, RouteTable table) {
        return switch (field) {
            case "tags" -> tags(value);
            case "route" -> route(value, table);
            case "url" -> url(value, table);
            default ->
                Boolean.TRUE.equals(value) ? wanted(new Purge.Everything()) : refused(field, "only true is accepted");
        };
    }

    private static @Nullable JsonObject decoded(Buffer body) {
        try {
            return new JsonObject(body);
        } catch (DecodeException broken) {
            return null;
        }
    }

    private static Reading tags(@Nullable Object value) {
        if (!(value instanceof JsonArray array)) {
            return refused("tags", "no list");
        }
        if (array.isEmpty() || array.size() > MOST_TAGS) {
            return refused("tags", array.isEmpty() ? "an empty list" : "more than " + MOST_TAGS + " items");
        }
        Set<String> tags = new LinkedHashSet<>();
        for (int i = 0; i < array.size(); i++) {
            Object item = array.getValue(i);
            String fault = fault(item);
            if (fault != null || !(item instanceof String tag)) {
                return refused("tags[" + i + "]", String.valueOf(fault));
            }
            tags.add(tag);
        }
        return wanted(new Purge.Tagged(List.copyOf(tags)));
    }

    private static Reading route(@Nullable Object value, RouteTable table) {
        String fault = fault(value);
        if (fault != null || !(value instanceof String name)) {
            return refused("route", String.valueOf(fault));
        }
        boolean known = table.routes().stream()
                .anyMatch(route -> route.name().equals(name) && !(route.target() instanceof Target.Own));
        return known ? wanted(new Purge.OfRoute(name)) : refused("route", "no route has this name");
    }

    private static Reading url(@Nullable Object value, RouteTable table) {
        String fault = fault(value);
        if (fault != null || !(value instanceof String url)) {
            return refused("url", String.valueOf(fault));
        }
        UrlKeys keys = UrlKeys.of(url, table);
        return keys instanceof UrlKeys.Found found
                ? wanted(new Purge.OfUrl(found.keys()))
                : refused("url", ((UrlKeys.None) keys).why());
    }

    private static Reading wanted(Purge purge) {
        return new Reading.Wanted(purge, false);
    }

    /** Null: a text that may be a name. */
    private static @Nullable String fault(@Nullable Object value) {
        if (!(value instanceof String text)) {
            return "no text";
        }
        if (text.isEmpty()) {
            return "empty";
        }
        return text.getBytes(StandardCharsets.UTF_8).length > LONGEST ? "longer than " + LONGEST + " bytes" : null;
    }

    private static Reading refused(String field, String why) {
        return new Reading.Refused(new Problem(
                400, "about:blank", "Bad Request", "'" + field + "': " + why, new JsonObject().put("field", field)));
    }
}
