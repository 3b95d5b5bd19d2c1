package io.sluice.api.openapi;

import io.sluice.gateway.RefusalBody;
import io.sluice.limit.Limit;
import io.sluice.route.LimitHeaders;
import io.sluice.route.Route;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a route may answer, by status, with the fields that the gateway adds. */
final class Responses {
    private static final String PROBLEM_JSON = "application/problem+json";
    private static final String CACHE_STATUS = "Cache-Status";
    private static final String OVER = "over a limit";

    private final Components components;
    private final Map<String, JsonObject> byStatus = new TreeMap<>();
    private final Map<String, JsonObject> always = new LinkedHashMap<>();
    private final List<Limit> limits;

    Responses(Components components, Route route, LimitHeaders fields) {
        this.components = components;
        limits = route.limits().stream().filter(limit -> !limit.shadow()).toList();
        if (!limits.isEmpty() && fields.draft()) {
            always.put(
                    "RateLimit-Policy",
                    components.header("RateLimit-Policy", "string", "the limits: quota (q), window in seconds (w)"));
            always.put(
                    "RateLimit",
                    components.header("RateLimit", "string", "what remains (r), and when more comes, in seconds (t)"));
        }
        if (!limits.isEmpty() && fields.legacy()) {
            String closest = " of the limit that is closest to denying";
            always.put("X-RateLimit-Limit", components.header("X-RateLimit-Limit", "integer", "the quota" + closest));
            always.put(
                    "X-RateLimit-Remaining",
                    components.header("X-RateLimit-Remaining", "integer", "what remains" + closest));
            always.put(
                    "X-RateLimit-Reset",
                    components.header("X-RateLimit-Reset", "integer", "seconds until more comes" + closest));
        }
        if (route.cache() != null) {
            always.put(CACHE_STATUS, components.header(CACHE_STATUS, "string", "what the cache did (RFC 9211)"));
        }
    }

    /** @return where more is put */
    JsonObject put(int status, String description) {
        return put(Integer.toString(status), description);
    }

    JsonObject put(String status, String description) {
        JsonObject response = new JsonObject().put("description", description);
        if (!always.isEmpty()) {
            JsonObject headers = new JsonObject();
            always.forEach(headers::put);
            response.put("headers", headers);
        }
        byStatus.put(status, response);
        return response;
    }

    /** Before the cache is asked. */
    private JsonObject early(int status, String description) {
        JsonObject response = put(status, description);
        JsonObject headers = response.getJsonObject("headers");
        if (headers != null) {
            headers.remove(CACHE_STATUS);
        }
        return response;
    }

    /** A problem of who the caller is. */
    JsonObject caller(int status, String description) {
        return early(status, description).put("content", Operations.content(PROBLEM_JSON, components.problem()));
    }

    void header(JsonObject response, String name, String type, String description) {
        JsonObject headers = response.getJsonObject("headers");
        if (headers == null) {
            headers = new JsonObject();
            response.put("headers", headers);
        }
        headers.put(name, components.header(name, type, description));
    }

    JsonObject problem(int status, String description) {
        return put(status, description).put("content", Operations.content(PROBLEM_JSON, components.problem()));
    }

    private void retryAfter(JsonObject response) {
        header(response, "Retry-After", "integer", "seconds after which it may pass");
    }

    /** What the gateway itself may answer on any route. */
    void gateway() {
        retryAfter(problem(502, "what is behind failed to answer"));
        retryAfter(problem(503, "what is behind is not there, or too much is asked of it"));
        retryAfter(problem(504, "no answer in time"));
        for (Limit limit : limits) {
            RefusalBody own = RefusalBody.of(limit);
            String status = Integer.toString(limit.refusal().status());
            JsonObject response = byStatus.get(status);
            if (response == null) {
                response = early(limit.refusal().status(), OVER).put("content", new JsonObject());
            } else if (!response.getString("description").endsWith(OVER)) {
                response.put("description", response.getString("description") + "; " + OVER);
            }
            retryAfter(response);
            response.getJsonObject("content")
                    .mergeIn(
                            own == null
                                    ? Operations.content(PROBLEM_JSON, components.problem())
                                    : Operations.content(own.contentType(), new JsonObject()));
        }
    }

    JsonObject all() {
        JsonObject all = new JsonObject();
        byStatus.forEach(all::put);
        return all;
    }
}
