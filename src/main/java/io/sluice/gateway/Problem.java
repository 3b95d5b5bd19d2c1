package io.sluice.gateway;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A problem document (RFC 9457).
 *
 * @param type a URI; {@code about:blank} where the status says it all
 * @param members extension members
 */
public record Problem(
        int status, String type, String title, @Nullable String detail, JsonObject members) {
    public static final String MEDIA_TYPE = "application/problem+json";
    private static final String REGISTRY = "https://iana.org/assignments/http-problem-types#";

    public static Problem of(int status, String title, @Nullable String detail) {
        return new Problem(status, "about:blank", title, detail, new JsonObject());
    }

    /** draft-ietf-httpapi-ratelimit-headers-10 §5.1. */
    public static Problem quotaExceeded(int status, List<String> violated) {
        return new Problem(
                status,
                REGISTRY + "quota-exceeded",
                "Request cannot be satisfied as assigned quota has been exceeded",
                null,
                new JsonObject().put("violated-policies", new JsonArray(violated)));
    }

    /** draft-ietf-httpapi-ratelimit-headers-10 §5.2. */
    public static Problem reducedCapacity(String detail) {
        return new Problem(
                503,
                REGISTRY + "temporary-reduced-capacity",
                "Request cannot be satisfied due to temporary server capacity constraints",
                detail,
                new JsonObject());
    }

    /** About a path or query value: names the parameter. */
    public static Problem badParameter(String parameter, String detail) {
        return new Problem(
                400,
                "about:blank",
                "Bad Request",
                "parameter '" + parameter + "': " + detail,
                new JsonObject().put("parameter", parameter));
    }

    /** The document as JSON text. */
    public String json() {
        JsonObject json = new JsonObject().put("type", type).put("title", title).put("status", status);
        if (detail != null) {
            json.put("detail", detail);
        }
        return json.mergeIn(members).encode();
    }
}
