package io.sluice.origin.postgres;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON Schema of values: as row_to_json renders them, as members of a body, and as texts in a URL. Formats are those of JSON Schema, and of
 * the OpenAPI Initiative's registry where it has none ({@code int64}, {@code date-time-local}).
 */
final class Schemas {
    private final Catalogue catalogue;

    Schemas(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** A column, which any row may have without a value. */
    JsonObject column(Column column) {
        return orNull(rendered(catalogue.named(column.type())));
    }

    /** A row of these. */
    JsonObject row(List<Column> columns) {
        JsonObject properties = new JsonObject();
        columns.forEach(column -> properties.put(column.name(), column(column)));
        return object(properties);
    }

    private static JsonObject object(JsonObject properties) {
        return new JsonObject()
                .put("type", "object")
                .put("properties", properties)
                .put("required", new JsonArray(List.copyOf(properties.fieldNames())));
    }

    private JsonObject rendered(Catalogue.@Nullable Type type) {
        if (type == null || type.hasJson()) {
            return new JsonObject();
        }
        Catalogue.Type base = type.base();
        Catalogue.Type element = type.element();
        if (base != null) {
            return rendered(base);
        } else if (element != null) {
            return array(rendered(element));
        } else if (type.isComposite()) {
            JsonObject properties = new JsonObject();
            type.attributes().forEach(one -> properties.put(one.name(), orNull(rendered(one.type()))));
            return object(properties);
        }
        return type.system().equals("record") ? new JsonObject().put("type", "object") : scalar(type);
    }

    /** A member of a body; null is SQL's null. */
    JsonObject member(ParameterType type) {
        return orNull(taken(catalogue.named(type.cast())));
    }

    private static JsonObject taken(Catalogue.@Nullable Type type) {
        if (type == null) {
            return new JsonObject();
        }
        Catalogue.Type base = type.base();
        Catalogue.Type element = type.element();
        if (base != null) {
            return taken(base);
        }
        return element != null ? array(taken(element)) : scalar(type);
    }

    /** A value in a path or a query. */
    JsonObject text(ParameterType type) {
        Catalogue.Type known = catalogue.named(type.cast());
        if (known == null) {
            return new JsonObject();
        }
        JsonObject taken = taken(known);
        return "array".equals(taken.getValue("type"))
                ? string("as Postgres writes arrays, such as {1,2}; " + type.shown())
                : taken;
    }

    /** Several values of which each is an element of an array. */
    JsonObject list(ParameterType type) {
        JsonObject taken = taken(catalogue.named(type.cast()));
        JsonObject items = taken.getJsonObject("items", new JsonObject());
        return new JsonObject()
                .put("type", "array")
                .put("items", taken.containsKey("items") ? withoutNull(items) : items)
                .put("minItems", 1);
    }

    private static JsonObject array(JsonObject element) {
        return new JsonObject().put("type", "array").put("items", orNull(element));
    }

    private static JsonObject scalar(Catalogue.Type type) {
        JsonArray labels = type.labels();
        if (labels != null) {
            return new JsonObject().put("type", "string").put("enum", labels);
        }
        return switch (type.system()) {
            case "bool" -> new JsonObject().put("type", "boolean");
            case "int2" ->
                new JsonObject()
                        .put("type", "integer")
                        .put("minimum", Short.MIN_VALUE)
                        .put("maximum", Short.MAX_VALUE);
            case "int4" -> of("integer", "int32");
            case "int8" -> of("integer", "int64");
            case "float4" -> of("number", "float");
            case "float8" -> of("number", "double");
            case "numeric" -> new JsonObject().put("type", "number");
            case "uuid" -> of("string", "uuid");
            case "date" -> of("string", "date");
            case "timestamptz" -> of("string", "date-time");
            case "timestamp" -> of("string", "date-time-local");
            case "time" -> of("string", "time-local");
            case "json", "jsonb" -> new JsonObject();
            case "text", "varchar", "bpchar", "name" -> new JsonObject().put("type", "string");
            case "bytea" -> string("bytes: \\x and two hexadecimal digits for each");
            default -> string("as Postgres writes " + type.name());
        };
    }

    private static JsonObject of(String type, String format) {
        return new JsonObject().put("type", type).put("format", format);
    }

    private static JsonObject string(String description) {
        return new JsonObject().put("type", "string").put("description", description);
    }

    /** The same or null; what takes everything takes that too. */
    static JsonObject orNull(JsonObject schema) {
        if (!(schema.getValue("type") instanceof String type)) {
            return schema;
        }
        JsonObject wider = schema.copy().put("type", new JsonArray().add(type).add("null"));
        JsonArray labels = wider.getJsonArray("enum");
        if (labels != null) {
            labels.addNull();
        }
        return wider;
    }

    private static JsonObject withoutNull(JsonObject schema) {
        JsonObject narrower = schema.copy();
        if (narrower.getValue("type") instanceof JsonArray types) {
            narrower.put("type", types.getString(0));
        }
        JsonArray labels = narrower.getJsonArray("enum");
        if (labels != null) {
            labels.remove(labels.size() - 1);
        }
        return narrower;
    }
}
