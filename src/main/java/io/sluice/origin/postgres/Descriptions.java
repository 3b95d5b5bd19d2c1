package io.sluice.origin.postgres;

import io.sluice.origin.Description;
import io.sluice.origin.Description.Parameter;
import io.sluice.origin.Description.Style;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells what a route's statements take and give. */
final class Descriptions {
    private final PostgresSpec spec;
    private final Learner.@Nullable Learnt learnt;
    private final Schemas schemas;
    /** By name, of the declared SQL. */
    private final Map<String, @Nullable ParameterType> declared = new LinkedHashMap<>();

    private Descriptions(PostgresSpec spec, Learner.@Nullable Learnt learnt) {
        this.spec = spec;
        this.learnt = learnt;
        this.schemas = new Schemas(learnt == null ? Catalogue.EMPTY : learnt.catalogue());
        spec.parameters().forEach(name -> declared.put(name, null));
        if (learnt != null) {
            for (Statement statement : learnt.statements()) {
                for (int i = 0; i < statement.slots.names().size(); i++) {
                    ParameterType type = statement.types.get(i);
                    declared.compute(statement.slots.names().get(i), (name, before) -> before == null ? type : before);
                }
            }
        }
    }

    /** @param learnt null: nothing yet */
    static Description of(PostgresSpec spec, Learner.@Nullable Learnt learnt) {
        return new Descriptions(spec, learnt).describe();
    }

    private Description describe() {
        List<Parameter> parameters = new ArrayList<>();
        declared.forEach((name, type) -> {
            if (!Body.isOf(name)) {
                parameters.add(parameter(name, type, true, ""));
            }
        });
        for (int i = 0; i < spec.filters().size(); i++) {
            parameters.add(filter(i));
        }
        if (spec.returns() instanceof Returns.Page page) {
            pages(page, parameters);
        }
        Writing writing = spec.writing();
        boolean nothing = spec.returns() instanceof Returns.None;
        return new Description(
                learnt != null,
                parameters,
                writing == null ? null : body(writing),
                gives(),
                writing == null || writing.status() == 0 ? nothing ? 204 : 200 : writing.status(),
                writing != null && writing.matches() != null,
                retries(writing));
    }

    private Description.Retries retries(@Nullable Writing writing) {
        if (writing == null) {
            return Description.Retries.IGNORED;
        }
        boolean kept = learnt == null || learnt.keys() != Idempotency.Table.NONE;
        return writing.idempotency()
                ? Description.Retries.REQUIRED
                : kept ? Description.Retries.OPTIONAL : Description.Retries.IGNORED;
    }

    private Parameter parameter(String name, @Nullable ParameterType type, boolean required, String text) {
        JsonObject schema = type == null ? new JsonObject() : schemas.text(type);
        return new Parameter(name, schema, type != null && type.isJson() ? Style.JSON : Style.PLAIN, required, text);
    }

    private Parameter filter(int index) {
        Filter filter = spec.filters().get(index);
        ParameterType type = null;
        if (learnt != null) {
            Statement statement = learnt.last();
            type = statement.types.get(statement.slots.filter(index));
        }
        String text = meaning(filter);
        List<String> others = filter.names().subList(1, filter.names().size());
        String also = others.isEmpty() ? text : text + ". Also: " + String.join(", ", others);
        String name = filter.names().get(0);
        if (filter.operator() == Filter.Operator.IN) {
            JsonObject schema = type == null
                    ? new JsonObject().put("type", "array").put("items", new JsonObject())
                    : schemas.list(type);
            return new Parameter(name, schema, Style.LIST, false, also);
        }
        return filter.operator() == Filter.Operator.PREFIX
                ? new Parameter(name, new JsonObject().put("type", "string"), Style.PLAIN, false, also)
                : parameter(name, type, false, also);
    }

    private static String meaning(Filter filter) {
        String column = filter.column();
        return switch (filter.operator()) {
            case EQ -> column + " is this";
            case NE -> column + " is not this";
            case GT -> column + " is greater";
            case GTE -> column + " is this or greater";
            case LT -> column + " is less";
            case LTE -> column + " is this or less";
            case PREFIX -> column + " begins so";
            case IN -> column + " is one of these";
        };
    }

    private static void pages(Returns.Page page, List<Parameter> parameters) {
        JsonObject limit = whole(1).put("maximum", page.most()).put("default", page.size());
        parameters.add(new Parameter(Paging.LIMIT, limit, Style.PLAIN, false, "how many rows a page has"));
        String order = String.join(
                ", ", page.order().stream().map(Returns.SortKey::column).toList());
        for (String name : Paging.positions(page)) {
            switch (name) {
                case Paging.LIMIT -> {}
                case Paging.OFFSET ->
                    parameters.add(new Parameter(
                            name, whole(0).put("default", 0), Style.PLAIN, false, "how many rows come before it"));
                case Paging.CURSOR ->
                    parameters.add(new Parameter(
                            name,
                            new JsonObject().put("type", "string"),
                            Style.PLAIN,
                            false,
                            "'next' or 'prev' of another page with the same filters"));
                default ->
                    parameters.add(new Parameter(
                            name,
                            keys(page, "string", "number", "boolean", "null"),
                            Style.JSON,
                            false,
                            "the page " + (name.equals(Paging.AFTER) ? "behind" : "before")
                                    + " the row with these values of " + order));
            }
        }
    }

    private static JsonObject whole(long least) {
        return new JsonObject().put("type", "integer").put("format", "int64").put("minimum", least);
    }

    private static JsonObject keys(Returns.Page page, String... types) {
        return new JsonObject()
                .put("type", "array")
                .put("items", new JsonObject().put("type", new JsonArray(List.of(types))))
                .put("minItems", page.order().size())
                .put("maxItems", page.order().size());
    }

    private Description.Gives gives() {
        if (spec.returns() instanceof Returns.None) {
            return new Description.Gives.Nothing();
        }
        JsonObject row = of(last -> schemas.row(last.told().columns()), new JsonObject().put("type", "object"));
        if (spec.returns() instanceof Returns.Rows rows) {
            return new Description.Gives.Many(row, rows.most());
        } else if (spec.returns() instanceof Returns.Page page) {
            return new Description.Gives.Part(row, page(page));
        } else if (spec.returns() instanceof Returns.Value) {
            return new Description.Gives.One(of(
                    last -> last.told().columns().isEmpty()
                            ? new JsonObject()
                            : schemas.column(last.told().columns().get(0)),
                    new JsonObject()));
        }
        return new Description.Gives.One(row);
    }

    private JsonObject of(Function<Statement, JsonObject> known, JsonObject otherwise) {
        return learnt == null ? otherwise : known.apply(learnt.last());
    }

    private static JsonObject page(Returns.Page page) {
        JsonObject properties = new JsonObject().put(Paging.LIMIT, whole(1));
        JsonArray required = new JsonArray().add(Paging.LIMIT);
        if (page.style() == Returns.Style.OFFSET) {
            properties.put(Paging.OFFSET, whole(0));
            required.add(Paging.OFFSET);
        }
        if (page.total() != Returns.Total.NONE) {
            properties.put("total", whole(0));
        }
        if (page.total() == Returns.Total.EXACT) {
            required.add("total");
        } else if (page.total() == Returns.Total.ESTIMATED) {
            properties.put("estimated", new JsonObject().put("const", true));
        }
        JsonObject way = Schemas.orNull(
                switch (page.style()) {
                    case OFFSET -> whole(0);
                    case CURSOR -> new JsonObject().put("type", "string");
                    case KEYSET -> keys(page, "string", "null");
                });
        properties.put("prev", way).put("next", way);
        return new JsonObject()
                .put("type", "object")
                .put("properties", properties)
                .put("required", required.add("prev").add("next"));
    }

    private Description.@Nullable Body body(Writing writing) {
        List<String> names =
                declared.keySet().stream().filter(Body::isOf).sorted().toList();
        if (names.isEmpty()) {
            return null;
        }
        if (names.get(0).equals(SqlText.BODY)) {
            return new Description.Body(member(SqlText.BODY), true, writing.maxBody());
        }
        JsonObject whole = empty();
        for (String name : names) {
            put(whole, List.of(name.substring(SqlText.BODY.length() + 1).split("\\.")), member(name));
        }
        return new Description.Body(whole, writing.lenient(), writing.maxBody());
    }

    private JsonObject member(String name) {
        ParameterType type = declared.get(name);
        return type == null ? new JsonObject() : schemas.member(type);
    }

    private static JsonObject empty() {
        return new JsonObject()
                .put("type", "object")
                .put("properties", new JsonObject())
                .put("required", new JsonArray());
    }

    /** What is inside of something that is bound itself is not told apart. */
    private static void put(JsonObject object, List<String> steps, JsonObject member) {
        JsonObject properties = object.getJsonObject("properties");
        String step = steps.get(0);
        if (!properties.containsKey(step)) {
            properties.put(step, steps.size() == 1 ? member : empty());
            object.getJsonArray("required").add(step);
        }
        JsonObject inner = properties.getJsonObject(step);
        if (steps.size() > 1 && inner.containsKey("properties")) {
            put(inner, steps.subList(1, steps.size()), member);
        }
    }
}
