package io.sluice.gateway;

import io.sluice.route.Questions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is refused before an endpoint of the service's own reads it: it reads a body whole, and matches paths in a way of its own. */
final class OwnPaths {
    private static final int LARGEST_BODY = 1 << 20;
    private static final String CHECK = "/_sluice/check";

    private OwnPaths() {}

    /** Null: the endpoint may have it. */
    static @Nullable Problem refusal(HttpServerRequest request, Questions questions) {
        String path = String.valueOf(request.path());
        // An endpoint drops what follows a semicolon (JAX-RS matrix parameters): no route's limits would be asked for
        // such a path.
        if (path.indexOf(';') >= 0 || path.toLowerCase(Locale.ROOT).contains("%3b")) {
            return Problems.NO_ROUTE;
        }
        if (path.startsWith(CHECK) && questions.checkToken() == null) {
            return Problems.NO_ROUTE;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            return length.length() > 7 || Integer.parseInt(length) > LARGEST_BODY
                    ? Problem.of(413, "Content Too Large", "the body is larger than 1 MiB")
                    : null;
        }
        boolean unknown = request.version() == HttpVersion.HTTP_2
                ? !request.isEnded() && !request.method().name().equals("GET")
                : request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        return unknown ? Problem.of(411, "Length Required", "the body's length is not told") : null;
    }
}
