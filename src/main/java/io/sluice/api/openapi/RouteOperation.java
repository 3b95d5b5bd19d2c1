package io.sluice.api.openapi;

import io.sluice.origin.Description;
import io.sluice.origin.Description.Gives;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One route as an operation. */
final class RouteOperation {
    private static final String JSON = "application/json";
    private static final String CLAIM = "jwt:";
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final RouteTable table;
    private final Route route;
    private final List<PathTemplate.Parameter> path;
    private final Components components;
    private @Nullable JsonObject postgres;

    RouteOperation(RouteTable table, Route route, List<PathTemplate.Parameter> path, Components components) {
        this.table = table;
        this.route = route;
        this.path = path;
        this.components = components;
    }

    /** What an API says of itself is not known here. */
    JsonObject http(String method) {
        Responses responses = new Responses(components, route, table.headers());
        responses.put("default", "what the API answers");
        denied(responses, false);
        responses.gateway();
        JsonArray parameters = new JsonArray();
        path.forEach(one -> parameters.add(pathParameter(one, new JsonObject().put("type", "string"), "")));
        JsonObject operation = new JsonObject();
        put(operation, "parameters", parameters);
        if (WITH_BODY.contains(method)) {
            operation.put(
                    "requestBody", new JsonObject().put("content", new JsonObject().put("*/*", new JsonObject())));
        }
        return operation.put("responses", responses.all());
    }

    JsonObject postgres(Target.Postgres target, @Nullable Description description) {
        JsonObject made = postgres;
        if (made == null) {
            made = description == null ? http("GET") : make(target, description);
            postgres = made;
        }
        return made;
    }

    private JsonObject make(Target.Postgres target, Description description) {
        JsonObject operation = new JsonObject();
        if (!description.learnt()) {
            operation.put("description", "The database was not reached yet: types are not known.");
        }
        put(operation, "parameters", parameters(target, description));
        Description.Body body = description.body();
        if (body != null) {
            operation.put(
                    "requestBody",
                    new JsonObject()
                            .put("description", "at most " + body.most() + " bytes")
                            .put(
                                    "content",
                                    Operations.content(
                                            JSON, components.schema(route.name() + ".body", bodySchema(body))))
                            .put("required", true));
        }
        secure(target, operation);
        return operation.put("responses", responses(target, description));
    }

    private JsonArray parameters(Target.Postgres target, Description description) {
        JsonArray parameters = new JsonArray();
        for (PathTemplate.Parameter one : path) {
            Description.Parameter known = description.parameters().stream()
                    .filter(parameter -> parameter.name().equals(one.declared()))
                    .findFirst()
                    .orElse(null);
            JsonObject schema = known == null ? new JsonObject().put("type", "string") : known.schema();
            parameters.add(pathParameter(one, schema, known == null ? "" : known.text()));
        }
        for (Description.Parameter parameter : description.parameters()) {
            if (path.stream().noneMatch(one -> one.declared().equals(parameter.name()))) {
                parameters.add(query(parameter));
            }
        }
        if (target.writes() == null && route.cache() != null) {
            parameters.add(header("If-None-Match", false, "the ETag of an answer that is known: 304 while it holds"));
            parameters.add(header("Range", false, "bytes of an answer that is stored: 206"));
        }
        if (description.conditional()) {
            parameters.add(header("If-Match", false, "the ETag that was read: 412 where it was changed meanwhile"));
            parameters.add(header("If-None-Match", false, "*: 412 where there is something already"));
        }
        if (description.retries() != Description.Retries.IGNORED) {
            JsonObject key = header(
                    "Idempotency-Key",
                    description.retries() == Description.Retries.REQUIRED,
                    "a text that only retries of this request have, for a day: it is done once");
            key.getJsonObject("schema").put("minLength", 1).put("maxLength", 255);
            parameters.add(key);
        }
        return parameters;
    }

    private static JsonObject pathParameter(PathTemplate.Parameter one, JsonObject schema, String text) {
        JsonObject parameter = new JsonObject().put("name", one.name()).put("in", "path");
        String description = one.rest() ? "any rest of the path, also with slashes, or none" : text;
        if (!description.isEmpty()) {
            parameter.put("description", description);
        }
        return parameter.put("required", true).put("schema", schema);
    }

    private static JsonObject query(Description.Parameter known) {
        JsonObject parameter = new JsonObject().put("name", known.name()).put("in", "query");
        if (!known.text().isEmpty()) {
            parameter.put("description", known.text());
        }
        if (known.required()) {
            parameter.put("required", true);
        }
        return switch (known.style()) {
            case PLAIN -> parameter.put("schema", known.schema());
            case LIST -> parameter.put("style", "form").put("explode", false).put("schema", known.schema());
            case JSON -> parameter.put("content", Operations.content(JSON, known.schema()));
        };
    }

    private static JsonObject header(String name, boolean required, String description) {
        JsonObject parameter =
                new JsonObject().put("name", name).put("in", "header").put("description", description);
        if (required) {
            parameter.put("required", true);
        }
        return parameter.put("schema", new JsonObject().put("type", "string"));
    }

    /** What the path has too may be in the body, as in a representation that was read and is sent back. */
    private JsonObject bodySchema(Description.Body body) {
        JsonObject properties = body.schema().getJsonObject("properties");
        if (body.open() || properties == null) {
            return body.schema();
        }
        JsonObject wider = body.schema().copy();
        close(wider);
        path.stream()
                .map(PathTemplate.Parameter::declared)
                .filter(name -> !name.isEmpty() && !properties.containsKey(name))
                .forEach(name -> wider.getJsonObject("properties")
                        .put(name, new JsonObject().put("description", "that of the path counts")));
        return wider;
    }

    /** Nothing else, at any depth; what is bound as a whole may have anything in it. */
    private static void close(JsonObject object) {
        if (object.getValue("properties") instanceof JsonObject properties) {
            object.put("additionalProperties", false);
            for (String name : properties.fieldNames()) {
                close(properties.getJsonObject(name));
            }
        }
    }

    private void secure(Target.Postgres target, JsonObject operation) {
        Target.Identified identified = target.identified();
        if (identified == null) {
            return;
        }
        JsonArray ways = new JsonArray();
        if (!needsToken(identified)) {
            ways.add(new JsonObject());
        }
        String token = components.token(table.clients().tokenHeader());
        operation.put("security", ways.add(new JsonObject().put(token, new JsonArray())));
    }

    private void denied(Responses responses, boolean byDatabase) {
        if (byDatabase) {
            responses.problem(403, "this caller is not served, or not by the database");
        } else if (table.clients().hasAccessLists()) {
            responses.caller(403, "this caller is not served");
        }
    }

    private static boolean needsToken(Target.Identified identified) {
        return !identified.roles().isEmpty() && identified.roles().stream().allMatch(role -> role.startsWith(CLAIM));
    }

    private JsonObject responses(Target.Postgres target, Description description) {
        Responses responses = new Responses(components, route, table.headers());
        success(responses, target, description);
        boolean writes = target.writes() != null;
        responses.problem(400, "a parameter is missing, is not known or is not of its type; it is named");
        Gives gives = description.gives();
        if (gives instanceof Gives.One || gives instanceof Gives.Nothing) {
            responses.problem(404, "no row has these values");
        }
        Target.Identified identified = target.identified();
        if (identified != null && needsToken(identified)) {
            JsonObject response = responses.caller(401, "no token that is believed says as whom the database is asked");
            responses.header(response, "WWW-Authenticate", "string", "Bearer");
        }
        if (writes) {
            responses.problem(409, "it conflicts with what is there, or with what others write at the same time");
            responses.problem(422, "it breaks a rule of the database, which is named");
            responses.problem(
                    412,
                    description.conditional()
                            ? "it was changed meanwhile"
                            : "If-Match or If-None-Match came, and there is nothing here that they could be about");
            if (description.retries() != Description.Retries.OPTIONAL) {
                responses.problem(501, "Idempotency-Key came, and the database has no table for it");
            }
        }
        if (description.body() != null) {
            responses.problem(408, "the body did not come in time");
            responses.problem(413, "the body is too long");
            responses.problem(415, "the body is no JSON by its Content-Type");
        }
        denied(responses, identified != null);
        responses.gateway();
        return responses.all();
    }

    private void success(Responses responses, Target.Postgres target, Description description) {
        Gives gives = description.gives();
        boolean cached = target.writes() == null && route.cache() != null;
        JsonObject response = responses.put(description.status(), says(gives));
        if (description.status() == 204) {
            response.put("description", "done");
        } else if (gives instanceof Gives.One one) {
            response.put("content", Operations.content(JSON, named(one.schema())));
        } else if (gives instanceof Gives.Many many) {
            response.put("content", Operations.content(JSON, list(many.item(), many.most())));
            responses.header(response, "Sluice-Truncated", "string", "?1: there are more rows than a list may have");
        } else if (gives instanceof Gives.Part part) {
            JsonObject properties =
                    new JsonObject().put("data", list(part.item(), null)).put("page", part.page());
            JsonObject whole = new JsonObject()
                    .put("type", "object")
                    .put("properties", properties)
                    .put("required", new JsonArray(List.of("data", "page")));
            response.put("content", Operations.content(JSON, components.schema(route.name() + ".page", whole)));
            responses.header(response, "Link", "string", "the ways to other pages (RFC 8288): first, prev, next, last");
        }
        if (cached) {
            validated(responses, response);
            validated(responses, responses.put(304, "what the ETag is of still holds"));
            JsonObject part = responses.put(206, "the part that Range asks for");
            part.put("content", Operations.content(JSON, new JsonObject()));
            validated(responses, part);
            responses.header(part, "Content-Range", "string", "which bytes these are");
            responses.header(
                    responses.problem(416, "it has no such part"), "Content-Range", "string", "how long it is");
        }
        if (description.retries() != Description.Retries.IGNORED) {
            responses.header(
                    response,
                    "Idempotent-Replayed",
                    "string",
                    "true: this was done before, for the same Idempotency-Key");
        }
    }

    private static void validated(Responses responses, JsonObject response) {
        responses.header(response, "ETag", "string", "of this answer");
        responses.header(response, "Age", "integer", "seconds since it was read from the database");
    }

    private static String says(Gives gives) {
        if (gives instanceof Gives.One) {
            return "the row";
        } else if (gives instanceof Gives.Many) {
            return "the rows";
        }
        return gives instanceof Gives.Part ? "a page" : "done";
    }

    private JsonObject list(JsonObject item, @Nullable Integer most) {
        JsonObject list = new JsonObject().put("type", "array").put("items", named(item));
        return most == null ? list : list.put("maxItems", most);
    }

    /** An object becomes a class of its own with who generates a client. */
    private JsonObject named(JsonObject schema) {
        return schema.containsKey("properties") ? components.schema(route.name(), schema) : schema;
    }

    private static void put(JsonObject operation, String name, JsonArray some) {
        if (!some.isEmpty()) {
            operation.put(name, some);
        }
    }
}
