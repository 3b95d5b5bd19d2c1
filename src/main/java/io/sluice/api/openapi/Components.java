package io.sluice.api.openapi;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What several operations refer to; only what one does is in the document. */
final class Components {
    private static final String PROBLEM = "Problem";

    private final JsonObject schemas = new JsonObject();
    private final JsonObject headers = new JsonObject();
    private final JsonObject securitySchemes = new JsonObject();

    static JsonObject ref(String path) {
        return new JsonObject().put("$ref", "#/components/" + path);
    }

    /** Under a name like this one, which a client generator makes a class of. */
    JsonObject schema(String name, JsonObject schema) {
        String free = name;
        for (int i = 2; schemas.containsKey(free) || free.equals(PROBLEM); i++) {
            free = name + '-' + i;
        }
        schemas.put(free, schema);
        return ref("schemas/" + free);
    }

    /** RFC 9457. */
    JsonObject problem() {
        if (!schemas.containsKey(PROBLEM)) {
            JsonObject text = new JsonObject().put("type", "string");
            schemas.put(
                    PROBLEM,
                    new JsonObject()
                            .put("type", "object")
                            .put("description", "A problem document (RFC 9457)")
                            .put(
                                    "properties",
                                    new JsonObject()
                                            .put("type", text.copy().put("format", "uri-reference"))
                                            .put("title", text)
                                            .put("status", new JsonObject().put("type", "integer"))
                                            .put("detail", text)
                                            .put(
                                                    "parameter",
                                                    text.copy()
                                                            .put("description", "400: the parameter that it is about"))
                                            .put(
                                                    "constraint",
                                                    text.copy().put("description", "409, 422: the rule that it breaks"))
                                            .put(
                                                    "column",
                                                    text.copy().put("description", "409, 422: the column it is about"))
                                            .put(
                                                    "violated-policies",
                                                    new JsonObject()
                                                            .put("type", "array")
                                                            .put("items", text)
                                                            .put("description", "the limits that deny it")))
                            .put("required", new JsonArray(List.of("type", "title", "status"))));
        }
        return ref("schemas/" + PROBLEM);
    }

    JsonObject header(String name, String type, String description) {
        if (!headers.containsKey(name)) {
            headers.put(
                    name,
                    new JsonObject().put("description", description).put("schema", new JsonObject().put("type", type)));
        }
        return ref("headers/" + name);
    }

    /** The name of the scheme by which a caller's token comes. */
    String token(String header) {
        String name = "token";
        boolean bearer = header.equalsIgnoreCase("Authorization");
        securitySchemes.put(
                name,
                bearer
                        ? new JsonObject()
                                .put("type", "http")
                                .put("scheme", "bearer")
                                .put("bearerFormat", "JWT")
                        : new JsonObject()
                                .put("type", "apiKey")
                                .put("in", "header")
                                .put("name", header)
                                .put("description", "Bearer, and a JWT"));
        return name;
    }

    JsonObject all() {
        JsonObject all = new JsonObject();
        put(all, "schemas", schemas);
        put(all, "headers", headers);
        put(all, "securitySchemes", securitySchemes);
        return all;
    }

    private static void put(JsonObject all, String name, JsonObject some) {
        if (!some.isEmpty()) {
            all.put(name, some);
        }
    }
}
