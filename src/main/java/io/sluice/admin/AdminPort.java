package io.sluice.admin;

import io.sluice.gateway.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Everything below {@code /admin/}: who asks is checked before anything else is told. Bodies have been read before. */
public final class AdminPort implements Handler<RoutingContext> {
    private static final Logger LOG = Logger.getLogger(AdminPort.class);
    private static final String PURGE = "/admin/cache/purge";
    private static final Problem NO_ENDPOINT = Problem.of(404, "Not Found", "there is no such endpoint");
    private static final Problem OTHER_METHOD = Problem.of(405, "Method Not Allowed", "this path takes POST");
    private static final Problem TOO_LARGE = Problem.of(413, "Content Too Large", "the body is larger than 1 MiB");
    private static final Problem NOT_READ = Problem.of(
            400, "Bad Request", "the body cannot be read as what its Content-Type says; accepted: application/json");
    private static final Problem BROKE =
            Problem.of(500, "Internal Server Error", "the gateway failed; its log says more");

    private final Guard guard;
    private final Supplier<Purging> purging;

    /**
     * @param token of who may ask; none: callers on this machine
     * @param purging asked for with each purge
     */
    public AdminPort(Optional<String> token, Supplier<Purging> purging) {
        this.guard = new Guard(token);
        this.purging = purging;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        // of the connection: no forwarding field counts
        SocketAddress from = request.connection().remoteAddress();
        Problem refusal = guard.refusal(
                // Who left already may have been anybody, and is not to pass for one without an address.
                from == null ? "::" : from.hostAddress(),
                request.getHeader(HttpHeaders.AUTHORIZATION),
                request.getHeader(HttpHeaders.ORIGIN));
        if (refusal != null) {
            Answers.problem(context, refusal);
        } else if (!context.normalizedPath().equals(PURGE)) {
            Answers.problem(context, NO_ENDPOINT);
        } else if (!request.method().equals(HttpMethod.POST)) {
            context.response().putHeader(HttpHeaders.ALLOW, "POST");
            Answers.problem(context, OTHER_METHOD);
        } else {
            purge(context);
        }
    }

    private void purge(RoutingContext context) {
        Buffer body = context.body().buffer();
        try {
            purging.get().purge(context, body == null ? Buffer.buffer() : body);
        } catch (RuntimeException broken) {
            LOG.error("a purge failed", broken);
            Answers.problem(context, BROKE);
        }
    }

    /** What Quarkus refuses while it reads a body. */
    public void failed(RoutingContext context) {
        if (context.statusCode() == 413) {
            Answers.problem(context, TOO_LARGE);
        } else if (context.statusCode() == 400) {
            Answers.problem(context, NOT_READ);
        } else {
            LOG.error("a request to the management port failed", context.failure());
            Answers.problem(context, BROKE);
        }
    }
}
