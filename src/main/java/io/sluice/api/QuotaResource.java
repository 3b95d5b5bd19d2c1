package io.sluice.api;

import io.sluice.client.Standing;
import io.sluice.gateway.RequestSubject;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.route.Match;
import io.sluice.route.RequestPath;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A caller's own limits, without spending any of them. */
@Path("/_sluice/quota")
public class QuotaResource {
    @Inject
    Desk desk;

    /** One counter, and the routes that it is asked for on. */
    private record Counter(Ask ask, List<String> routes) {}

    /**
     * @param path of a request: then all that it would face is told, and nothing else
     * @param method of that request; GET
     */
    @GET
    public Uni<Response> quota(
            @Context HttpServerRequest request,
            @Nullable @QueryParam("path") String path,
            @Nullable @QueryParam("method") String method) {
        Desk.Parts parts = desk.parts();
        RouteTable table = parts.table().get();
        RequestSubject caller = new RequestSubject(request, table.clients(), "", "GET", "/", Map.of());
        if (caller.caller().standing() == Standing.DENIED) {
            return Uni.createFrom().item(Replies.denied());
        }
        if (caller.caller().standing() == Standing.UNLIMITED) {
            return reply(caller, new JsonArray(), true);
        }
        Map<String, Counter> counters;
        if (path == null) {
            counters = ofAll(parts, table, request);
        } else {
            String wanted = method == null ? "GET" : method.toUpperCase(Locale.ROOT);
            int query = path.indexOf('?');
            String raw = query < 0 ? path : path.substring(0, query);
            if (!raw.startsWith("/")
                    || RequestPath.check(raw) != null
                    || !(table.match(wanted, raw) instanceof Match.Found found)
                    || found.undecodable() != null) {
                return Uni.createFrom().item(Replies.bad("parameter 'path': no route takes " + wanted + " of it"));
            }
            counters = new LinkedHashMap<>();
            add(
                    counters,
                    parts,
                    found.route(),
                    new RequestSubject(
                            request, table.clients(), found.route().name(), wanted, path, found.parameters()));
        }
        List<Counter> all = List.copyOf(counters.values());
        return parts.limiter()
                .acquire(all.stream().map(Counter::ask).toList())
                .chain(verdict -> reply(caller, limits(all, verdict, parts), false));
    }

    /** Without those that are kept by a path's parameter or a query, which only a request has. */
    private static Map<String, Counter> ofAll(Desk.Parts parts, RouteTable table, HttpServerRequest request) {
        Map<String, Counter> counters = new LinkedHashMap<>();
        for (Route route : table.routes()) {
            String method = route.methods().isEmpty() || route.methods().contains("GET")
                    ? "GET"
                    : route.methods().iterator().next();
            add(
                    counters,
                    parts,
                    new Route(
                            route.name(),
                            route.path(),
                            route.methods(),
                            route.limits().stream()
                                    .filter(QuotaResource::isOfCaller)
                                    .toList(),
                            null,
                            route.target()),
                    new RequestSubject(request, table.clients(), route.name(), method, "/", Map.of()));
        }
        return counters;
    }

    private static boolean isOfCaller(Limit limit) {
        return limit.key().stream()
                .noneMatch(part ->
                        part instanceof KeyPart.Path || part instanceof KeyPart.Query || part instanceof KeyPart.Entry);
    }

    private static void add(Map<String, Counter> counters, Desk.Parts parts, Route route, RequestSubject subject) {
        for (Limit limit : route.limits()) {
            if (!limit.shadow()) {
                Ask ask = parts.asker().ask(limit, subject, 0);
                counters.computeIfAbsent(ask.key(), key -> new Counter(ask, new ArrayList<>()))
                        .routes
                        .add(route.name());
            }
        }
    }

    private static JsonArray limits(List<Counter> counters, Verdict verdict, Desk.Parts parts) {
        JsonArray limits = new JsonArray();
        for (int i = 0; i < counters.size(); i++) {
            Counter counter = counters.get(i);
            Limit limit = counter.ask.limit();
            JsonObject status = Replies.status(counter.ask, verdict.decisions().get(i), parts.fields());
            status.remove("allowed");
            status.put("algorithm", name(limit.algorithm())).put("routes", new JsonArray(counter.routes));
            if (limit.algorithm() instanceof Algorithm.Concurrency) {
                status.remove("window");
                status.remove("reset");
            }
            limits.add(status);
        }
        return limits;
    }

    private static String name(Algorithm algorithm) {
        if (algorithm instanceof Algorithm.FixedWindow) {
            return "fixed-window";
        } else if (algorithm instanceof Algorithm.SlidingWindow) {
            return "sliding-window";
        } else if (algorithm instanceof Algorithm.SlidingLog) {
            return "sliding-log";
        }
        return algorithm instanceof Algorithm.TokenBucket ? "token-bucket" : "concurrency";
    }

    private static Uni<Response> reply(RequestSubject caller, JsonArray limits, boolean unlimited) {
        JsonObject body = new JsonObject().put("client", caller.client()).put("limits", limits);
        if (unlimited) {
            body.put("unlimited", true);
        }
        return Uni.createFrom().item(Replies.json(body));
    }
}
