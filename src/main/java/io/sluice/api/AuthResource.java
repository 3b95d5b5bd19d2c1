package io.sluice.api;

import io.sluice.client.Standing;
import io.sluice.gateway.RequestSubject;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Cost;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.route.Match;
import io.sluice.route.RequestPath;
import io.sluice.route.RouteTable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/**
 * Decides for nginx' {@code auth_request}, which knows 200, 401 and 403 and makes a 500 of anything else. The request in question is
 * told by {@code X-Original-URI} and {@code X-Original-Method}, its client by the headers that came along.
 */
@Path("/_sluice/auth")
public class AuthResource {
    /** A route's name in the keys of limits where no route of the table takes the request. */
    private static final String NO_ROUTE = "auth";

    @Inject
    Desk desk;

    @GET
    public Uni<Response> auth(@Context HttpServerRequest request) {
        Desk.Parts parts = desk.parts();
        RouteTable table = parts.table().get();
        String token = table.questions().authToken();
        if (token == null) {
            return Uni.createFrom().item(Replies.off());
        }
        if (!Desk.has(request, "X-Sluice-Token", "", token)) {
            return Uni.createFrom().item(Replies.noToken());
        }
        String method = orElse(request.getHeader("X-Original-Method"), "GET");
        String uri = orElse(request.getHeader("X-Original-URI"), "/");
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        List<Limit> limits = table.questions().authLimits();
        String route = NO_ROUTE;
        Map<String, String> parameters = Map.of();
        if (!path.startsWith("/") || RequestPath.check(path) != null) {
            // No spelling of a path finds a way around the limits of its route.
            return Uni.createFrom().item(refused("malformed").build());
        }
        if (table.match(method, path) instanceof Match.Found found) {
            limits = found.route().limits().stream()
                    .filter(AuthResource::isDecidedAtOnce)
                    .toList();
            route = found.route().name();
            parameters = found.parameters();
        }
        RequestSubject subject = new RequestSubject(request, table.clients(), route, method, uri, parameters);
        Standing standing = subject.caller().standing();
        if (standing == Standing.DENIED) {
            return Uni.createFrom().item(refused("denied").build());
        } else if (standing == Standing.UNLIMITED) {
            return Uni.createFrom().item(Response.ok().build());
        }
        List<Ask> asks =
                limits.stream().map(limit -> parts.asker().ask(limit, subject)).toList();
        return parts.limiter().acquire(asks).map(verdict -> answer(verdict, parts));
    }

    private static String orElse(@org.jspecify.annotations.Nullable String given, String standard) {
        return given == null || given.isEmpty() ? standard : given;
    }

    /** The end of the answer, which others need, is not told here. */
    private static boolean isDecidedAtOnce(Limit limit) {
        return !(limit.algorithm() instanceof Algorithm.Concurrency || limit.cost() instanceof Cost.ResponseHeader);
    }

    private static Response answer(Verdict verdict, Desk.Parts parts) {
        Response.ResponseBuilder response = switch (verdict.outcome()) {
            case ALLOWED -> Response.ok();
            case DENIED -> refused("limited");
            case CLOSED -> refused("unavailable").header("Retry-After", "1");
        };
        parts.headers(verdict).forEach(field -> response.header(field.getKey(), field.getValue()));
        return response.header("Cache-Control", "no-store").build();
    }

    private static Response.ResponseBuilder refused(String reason) {
        return Response.status(403).header("X-Sluice-Reason", reason);
    }
}
