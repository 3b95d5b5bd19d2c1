package io.sluice.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.origin.Answer;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;

/** The problems that the gateway itself reports. */
final class Problems {
    static final Problem NO_ROW = Problem.of(404, "Not Found", "no row has these values");
    static final Problem CALLER_DENIED = Problem.of(403, "Forbidden", "this caller is not served");
    static final Problem NOBODY = Problem.of(
            401,
            "Unauthorized",
            "this route needs a token that says as whom the database is asked, and none that is believed came");
    static final Problem NO_SUCH_RANGE = Problem.of(
            416, "Range Not Satisfiable", "no byte of the answer lies in that range; Content-Range tells its length");
    static final Problem NO_ROUTE = Problem.of(404, "Not Found", "no route matches this path");
    static final Problem STORE_AWAY =
            Problem.reducedCapacity("the limit store does not answer, and a limit of this route fails closed");
    static final Problem LOAD_SLOW =
            Problem.of(504, "Gateway Timeout", "the answer did not come within the time a request may wait for it");
    static final Problem NOT_STORED = Problem.of(
            504, "Gateway Timeout", "nothing stored answers this request, which asks for no more: only-if-cached");
    static final Problem BROKE = Problem.of(500, "Internal Server Error", "the gateway failed; its log says more");

    private Problems() {}

    static Problem ofStatus(int status) {
        return Problem.of(status, HttpResponseStatus.valueOf(status).reasonPhrase(), null);
    }

    static Problem badRequest(String violation) {
        return Problem.of(400, "Bad Request", violation);
    }

    static Problem otherMethod(Set<String> allowed) {
        return Problem.of(405, "Method Not Allowed", "this path takes " + String.join(", ", new TreeSet<>(allowed)));
    }

    static Problem of(Answer.Refused refused) {
        JsonObject members = new JsonObject();
        refused.members().forEach(members::put);
        String title = HttpResponseStatus.valueOf(refused.status()).reasonPhrase();
        return new Problem(refused.status(), "about:blank", title, refused.detail(), members);
    }

    static Problem of(Answer.Failed failed) {
        return switch (failed.reason()) {
            case DOWN, UNKNOWN -> Problem.of(503, "Service Unavailable", failed.detail());
            case OVERLOADED -> Problem.reducedCapacity(failed.detail());
            case TIMEOUT -> Problem.of(504, "Gateway Timeout", failed.detail());
            case BROKEN -> Problem.of(502, "Bad Gateway", failed.detail());
            // Counted under this status, as proxies do; never sent, since nobody is there.
            case CLIENT_LEFT -> Problem.of(499, "Client Closed Request", failed.detail());
        };
    }
}
