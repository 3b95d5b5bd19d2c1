package io.sluice.api;

import io.sluice.gateway.RateLimitFields;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Verdict;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.Response;

/** What the endpoints answer with. */
final class Replies {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    private Replies() {}

    static Response json(JsonObject body) {
        return Response.ok(body.encode(), JSON)
                .header("Cache-Control", "no-store")
                .build();
    }

    static Response problem(int status, String title, String detail) {
        JsonObject body = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        return Response.status(status)
                .type(PROBLEM)
                .header("Cache-Control", "no-store")
                .entity(body.encode())
                .build();
    }

    static Response bad(String detail) {
        return problem(400, "Bad Request", detail);
    }

    static Response off() {
        return problem(404, "Not Found", "this endpoint is not configured");
    }

    static Response noToken() {
        return problem(401, "Unauthorized", "the token is missing or not the one that is configured");
    }

    static Response denied() {
        return problem(403, "Forbidden", "this caller is not served");
    }

    static JsonArray statuses(Verdict verdict, RateLimitFields fields) {
        JsonArray statuses = new JsonArray();
        for (int i = 0; i < verdict.asks().size(); i++) {
            statuses.add(status(verdict.asks().get(i), verdict.decisions().get(i), fields));
        }
        return statuses;
    }

    /** Durations are in whole seconds, rounded up. */
    static JsonObject status(Ask ask, Decision decision, RateLimitFields fields) {
        JsonObject status = new JsonObject()
                .put("limit", ask.limit().name())
                .put("allowed", !(decision instanceof Decision.Denied))
                .put("quota", ask.limit().quota())
                .put("window", fields.seconds(ask.limit()));
        if (decision instanceof Decision.Allowed allowed) {
            status.put("remaining", allowed.remaining()).put("reset", RateLimitFields.roundUp(allowed.reset()));
        } else if (decision instanceof Decision.Denied denied) {
            status.put("remaining", denied.remaining()).put("reset", RateLimitFields.roundUp(denied.reset()));
            if (denied.retryAfter() != Decision.NEVER) {
                status.put("retry-after", RateLimitFields.roundUp(denied.retryAfter()));
            }
        }
        if (ask.limit().shadow()) {
            status.put("shadow", true);
        }
        return status;
    }
}
