package io.sluice.gateway;

import io.sluice.cache.Begun;
import io.sluice.cache.Cache;
import io.sluice.cache.Timer;
import io.sluice.client.Standing;
import io.sluice.limit.Ask;
import io.sluice.limit.Asker;
import io.sluice.limit.Limiter;
import io.sluice.limit.Turns;
import io.sluice.limit.Verdict;
import io.sluice.origin.Answer;
import io.sluice.route.Match;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.sluice.telemetry.Meters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The way of every request on the data port: checked, matched, limited, answered. */
public final class Gateway implements Handler<RoutingContext> {
    private static final Logger LOG = Logger.getLogger(Gateway.class);
    private static final String OWN = "/_sluice/";
    private static final CharSequence WWW_AUTHENTICATE = HttpHeaders.createOptimized("WWW-Authenticate");
    /** µs that a request may still wait for its turn once the end has begun. */
    private static final long LAST_TURNS = 5_000_000;

    private final Limiter limiter;
    private final Asker asker;
    private final Turns turns;
    private final CachedWay cached;
    private final Written written;
    private final WrittenRows rows;
    private final Responder responder;
    private final Landing landing;
    private final Meters meters;
    private final InFlight inFlight = new InFlight();
    private volatile Plans plans;
    private volatile boolean draining;

    /** One configuration, worked out: what is swapped whole. */
    private record Plans(RouteTable table, Map<Route, RoutePlan> byRoute) {
        RoutePlan of(Route route) {
            RoutePlan plan = byRoute.get(route);
            if (plan == null) {
                throw new IllegalStateException("route '" + route.name() + "' is not in its own table");
            }
            return plan;
        }

        /** That of the route of this name, which may be of another table; null: there is none any more. */
        @Nullable
        RoutePlan now(Route route) {
            RoutePlan own = byRoute.get(route);
            if (own != null) {
                return own;
            }
            for (RoutePlan plan : byRoute.values()) {
                if (plan.route.name().equals(route.name())) {
                    return plan;
                }
            }
            return null;
        }
    }

    public Gateway(
            Limiter limiter,
            Asker asker,
            Turns turns,
            Cache<Prepared, Answer> cache,
            CommitsHeard commits,
            Meters meters,
            InstantSource clock,
            Timer timer,
            RouteTable table) {
        this.limiter = limiter;
        this.asker = asker;
        this.turns = turns;
        this.responder = new Responder(clock);
        this.landing = new Landing(responder);
        this.cached = new CachedWay(
                cache, new Outcomes(cache, responder, landing, this::direct), landing, clock, timer, this::direct);
        this.written = new Written(cache, commits);
        this.rows = new WrittenRows(cache);
        this.meters = meters;
        this.plans = plans(table);
        warm();
    }

    /** Writing the first problem loads the JSON classes: on an event loop that would hold up everyone there. */
    private static void warm() {
        LOG.debug(Problem.quotaExceeded(429, List.of()).json());
    }

    private Plans plans(RouteTable table) {
        Map<Route, RoutePlan> byRoute = new IdentityHashMap<>();
        for (Route route : table.routes()) {
            byRoute.put(route, new RoutePlan(route, table, asker, meters));
        }
        return new Plans(table, byRoute);
    }

    /** Requests from now on go by this table; those on their way end by the one they began with. */
    public void use(RouteTable table) {
        plans = plans(table);
        asker.forget();
    }

    /**
     * From now on every HTTP/1 answer asks its client to open a new connection, elsewhere; who waits for its turn has it
     * soon or is refused.
     */
    public void drain() {
        draining = true;
        turns.hurry(LAST_TURNS);
    }

    /** The table in use. */
    public RouteTable table() {
        return plans.table();
    }

    public InFlight inFlight() {
        return inFlight;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        try {
            String violation = WireRules.violation(request);
            if (violation != null) {
                meters.refused();
                Responder.refuse(request, Problems.badRequest(violation), true);
                return;
            }
            if (draining) {
                lastOf(request.connection(), context);
            }
            match(context, request);
        } catch (RuntimeException broken) {
            LOG.errorf(broken, "%s %s", request.method(), request.path());
            if (!request.response().ended()) {
                Responder.refuse(request, Problems.BROKE, true);
            }
        }
    }

    /** This request is answered; its connection takes no further one. */
    private static void lastOf(HttpConnection connection, RoutingContext context) {
        if (context.request().version() == HttpVersion.HTTP_2) {
            connection.goAway(0);
        } else {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            context.addEndHandler(done -> connection.close());
        }
    }

    /** What the router itself refuses or what a handler behind this one fails with: a problem, too. */
    public void failed(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (context.failure() != null && context.statusCode() >= 500) {
            LOG.errorf(context.failure(), "%s %s", request.method(), request.path());
        }
        // The router answers 404 to a target that is no path before any rule here saw it.
        String violation = WireRules.violation(request);
        if (violation != null && !request.response().ended()) {
            meters.refused();
            Responder.refuse(request, Problems.badRequest(violation), true);
            return;
        }
        int status = context.statusCode() < 400 ? 500 : context.statusCode();
        if (!request.response().ended()) {
            Responder.refuse(request, Problems.ofStatus(status), status == 400);
        }
    }

    private void match(RoutingContext context, HttpServerRequest request) {
        Plans now = plans;
        Match match = now.table().match(request.method().name(), WireRules.path(WireRules.originForm(request.uri())));
        if (match instanceof Match.Found found) {
            String undecodable = found.undecodable();
            if (undecodable != null && found.route().target() instanceof Target.Postgres) {
                meters.refused();
                Responder.refuse(request, Problem.badParameter(undecodable, "it is not UTF-8"), false);
                return;
            }
            begin(context, new Exchange(request, now.of(found.route()), found.parameters(), inFlight));
        } else if (match instanceof Match.OtherMethod other) {
            Set<String> allowed = other.allowed();
            request.response().putHeader(HttpHeaders.ALLOW, String.join(", ", new TreeSet<>(allowed)));
            meters.unmatched(405);
            Responder.refuse(request, Problems.otherMethod(allowed), false);
        } else if (request.path().startsWith(OWN)) {
            Problem refusal = OwnPaths.refusal(request, now.table().questions());
            if (refusal == null) {
                context.next();
            } else {
                meters.unmatched(refusal.status());
                Responder.refuse(request, refusal, refusal.status() != 404);
            }
        } else {
            meters.unmatched(404);
            Responder.refuse(request, Problems.NO_ROUTE, false);
        }
    }

    private void begin(RoutingContext context, Exchange exchange) {
        try {
            limit(context, exchange);
        } catch (RuntimeException broken) {
            exchange.finished(500);
            throw broken;
        }
    }

    private void limit(RoutingContext context, Exchange exchange) {
        if (exchange.plan.clients.hasAccessLists()) {
            Standing standing = exchange.caller().standing();
            if (standing == Standing.DENIED) {
                responder.problem(exchange, Problems.CALLER_DENIED, null);
                return;
            } else if (standing == Standing.UNLIMITED) {
                serve(context, exchange);
                return;
            }
        }
        if (exchange.plan.route.limits().isEmpty()) {
            serve(context, exchange);
            return;
        }
        List<Ask> asks = exchange.plan.asks(exchange);
        if (exchange.plan.delays) {
            pause(exchange);
            if (!mayAsk(context, exchange, asks)) {
                return;
            }
        }
        Verdict here = limiter.decideHere(asks);
        if (here != null) {
            decided(context, exchange, here);
            return;
        }
        pause(exchange);
        landing.land(limiter.ask(asks), exchange, verdict -> decided(context, exchange, verdict));
    }

    private static void pause(Exchange exchange) {
        if (exchange.mayHaveBody() || exchange.isUpgrade()) {
            exchange.request.pause();
        }
    }

    /** Whoever comes while others wait for their turn waits behind them. */
    private boolean mayAsk(RoutingContext context, Exchange exchange, List<Ask> asks) {
        Waiting waiting = new Waiting(
                turns,
                asks,
                exchange.plan,
                () -> landing.land(
                        limiter.acquire(asksNow(exchange)), exchange, verdict -> decided(context, exchange, verdict)),
                verdict -> landing.here(exchange, () -> settled(context, exchange, verdict)));
        exchange.waiting = waiting;
        if (waiting.mayAsk()) {
            return true;
        }
        leaving(context, exchange);
        return false;
    }

    /** By the numbers of now: its limits may have been changed while it waited. */
    private List<Ask> asksNow(Exchange exchange) {
        RoutePlan now = plans.now(exchange.plan.route);
        return (now != null && exchange.plan.knows(now) ? now : exchange.plan).asks(exchange);
    }

    /** A client that leaves while it waits gives its place up at once. */
    private static void leaving(RoutingContext context, Exchange exchange) {
        context.addEndHandler(gone -> {
            if (exchange.isWaiting()) {
                exchange.finished(499);
            }
        });
    }

    private void decided(RoutingContext context, Exchange exchange, Verdict verdict) {
        Waiting waiting = exchange.waiting;
        if (waiting != null && verdict.outcome() == Verdict.Outcome.DENIED && exchange.open()) {
            boolean first = !exchange.isWaiting();
            if (waiting.goesOn(verdict)) {
                if (first) {
                    leaving(context, exchange);
                }
                return;
            }
        }
        settled(context, exchange, verdict);
    }

    /** What the limits say now is what they say. */
    private void settled(RoutingContext context, Exchange exchange, Verdict verdict) {
        if (exchange.waiting != null) {
            exchange.waiting.over();
        }
        if (exchange.plan.settles && verdict.outcome() == Verdict.Outcome.ALLOWED) {
            exchange.owes(Ending.of(limiter, turns, verdict));
        }
        if (!exchange.open()) {
            exchange.finished(499);
            return;
        }
        exchange.verdict = verdict;
        for (int i = 0; i < verdict.asks().size(); i++) {
            exchange.plan
                    .meters(verdict.asks().get(i).limit())
                    .decided(verdict.decisions().get(i));
        }
        switch (verdict.outcome()) {
            case ALLOWED -> serve(context, exchange);
            case DENIED -> responder.denied(exchange, verdict);
            case CLOSED -> {
                exchange.request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
                responder.problem(exchange, Problems.STORE_AWAY, null);
            }
        }
    }

    private void serve(RoutingContext context, Exchange exchange) {
        Route route = exchange.plan.route;
        if (route.target() instanceof Target.Postgres postgres
                && postgres.identified() != null
                && Identities.of(postgres.identified(), exchange) == null) {
            exchange.request.response().putHeader(WWW_AUTHENTICATE, "Bearer");
            responder.problem(exchange, Problems.NOBODY, null);
        } else if (route.target() instanceof Target.Own) {
            Problem refusal = OwnPaths.refusal(exchange.request, table().questions());
            if (refusal != null) {
                responder.problem(exchange, refusal, null);
                return;
            }
            responder.limitsOnly(exchange);
            exchange.originSaid(exchange.request.response().headers());
            context.addEndHandler(
                    done -> exchange.finished(exchange.request.response().getStatusCode()));
            exchange.request.resume();
            context.next();
        } else if (route.cache() == null) {
            direct(exchange, null);
        } else if (CachedWay.takes(exchange)) {
            cached.serve(exchange, route.cache());
        } else {
            cached.bypass(exchange);
        }
    }

    /** Past the cache: streamed both ways. */
    private void direct(Exchange exchange, @Nullable String cacheStatus) {
        pause(exchange);
        Target.Writes writes = WrittenRows.of(exchange);
        if (writes != null) {
            landing.land(rows.begin(writes), exchange, begun -> write(exchange, writes, begun));
            return;
        }
        Uni<Answer> asked = exchange.plan.origin().ask(Calls.live(exchange, table()));
        landing.land(
                Written.concerns(exchange) ? asked.call(answer -> written.by(exchange, table(), answer)) : asked,
                exchange,
                answer -> {
                    TagFields.hide(answer, exchange.plan.route.cache());
                    responder.answer(exchange, answer, cacheStatus);
                });
    }

    private void write(Exchange exchange, Target.Writes writes, @Nullable Begun begun) {
        RouteTable now = table();
        landing.land(
                exchange.plan
                        .origin()
                        .ask(Calls.live(exchange, now))
                        .call(answer -> rows.by(exchange, now, writes, answer, begun)),
                exchange,
                answer -> responder.answer(exchange, answer, null));
    }
}
