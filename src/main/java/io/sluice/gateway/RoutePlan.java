package io.sluice.gateway;

import io.sluice.client.Cidr;
import io.sluice.client.ClientNamer;
import io.sluice.client.IpAddress;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Asker;
import io.sluice.limit.Cost;
import io.sluice.limit.Limit;
import io.sluice.limit.Turns;
import io.sluice.limit.Verdict;
import io.sluice.route.LimitHeaders;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.sluice.telemetry.LimitMeters;
import io.sluice.telemetry.Meters;
import io.sluice.telemetry.RouteMeters;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All of a route that can be worked out before a request comes. */
final class RoutePlan {
    final Route route;
    final ClientNamer clients;
    final RouteMeters meters;
    private final @Nullable OriginCalls origin;
    private final List<Cidr> debuggers;
    private final LimitMeters[] limitMeters;
    private final @Nullable RefusalBody[] bodies;
    private final Asker asker;
    final LimitHeaders headers;
    /** Whether what a request took is settled or freed at its end. */
    final boolean settles;
    /** Whether a request may wait for its turn. */
    final boolean delays;

    /** Whether a window is a calendar month: months have different lengths. */
    private final boolean monthly;

    private volatile @Nullable CharSequence policy;

    RoutePlan(Route route, RouteTable table, Asker asker, Meters meters) {
        this.headers = table.headers();
        this.asker = asker;
        this.route = route;
        this.clients = table.clients();
        this.debuggers = table.debuggers();
        this.meters = meters.route(route.name());
        this.origin = route.target() instanceof Target.Http http
                ? new OriginCalls(http.origin(), this.meters)
                : route.target() instanceof Target.Postgres postgres
                        ? new OriginCalls(postgres.origin(), this.meters)
                        : null;
        this.limitMeters =
                route.limits().stream().map(limit -> meters.limit(limit.name())).toArray(LimitMeters[]::new);
        this.bodies = route.limits().stream().map(RefusalBody::of).toArray(RefusalBody[]::new);
        this.settles = route.limits().stream().anyMatch(RoutePlan::settles);
        this.delays = Turns.concern(route.limits());
        this.monthly = route.limits().stream().anyMatch(limit -> limit.window().calendarMonth());
    }

    private static boolean settles(Limit limit) {
        return limit.algorithm() instanceof Algorithm.Concurrency || limit.cost() instanceof Cost.ResponseHeader;
    }

    /** The route's origin; the service's own endpoints have none. */
    OriginCalls origin() {
        OriginCalls calls = origin;
        if (calls == null) {
            throw new IllegalStateException("route '" + route.name() + "' has no origin");
        }
        return calls;
    }

    /** Whether this caller may be told how its answer is stored. */
    boolean tells(Exchange exchange) {
        IpAddress address =
                debuggers.isEmpty() ? null : IpAddress.parse(exchange.caller().address());
        return address != null && debuggers.stream().anyMatch(network -> network.contains(address));
    }

    List<Ask> asks(Exchange exchange) {
        List<Limit> limits = route.limits();
        List<Ask> asks = new ArrayList<>(limits.size());
        for (int i = 0; i < limits.size(); i++) {
            asks.add(asker.ask(limits.get(i), exchange));
        }
        return asks;
    }

    /** What {@code RateLimit-Policy} says of the limits as they are declared; null where a verdict is on others. */
    @Nullable
    CharSequence policy(Verdict verdict, RateLimitFields fields) {
        if (!declared(verdict)) {
            return null;
        }
        CharSequence known = policy;
        if (known == null) {
            known = fields.policy(route.limits());
            policy = known;
        }
        return known;
    }

    @SuppressWarnings("ReferenceEquality") // a tier's limit and an overridden one are others
    private boolean declared(Verdict verdict) {
        List<Limit> limits = route.limits();
        List<Ask> asks = verdict.asks();
        if (monthly || asks.size() != limits.size()) {
            return false;
        }
        for (int i = 0; i < asks.size(); i++) {
            if (asks.get(i).limit() != limits.get(i)) {
                return false;
            }
        }
        return true;
    }

    LimitMeters meters(Limit limit) {
        return limitMeters[index(limit)];
    }

    /** A limit's own body for a refusal; null where it has none. */
    @Nullable
    RefusalBody body(Limit limit) {
        return bodies[index(limit)];
    }

    /** Whether what another table's plan of this route asks of limits can be counted and settled by this one. */
    boolean knows(RoutePlan other) {
        return (settles || !other.settles)
                && other.route.limits().stream()
                        .allMatch(limit -> route.limits().stream()
                                .anyMatch(own -> own.name().equals(limit.name())));
    }

    /** By name: a tier's limit and an overridden one are others than the declared. */
    private int index(Limit limit) {
        for (int i = 0; i < limitMeters.length; i++) {
            if (route.limits().get(i).name().equals(limit.name())) {
                return i;
            }
        }
        throw new IllegalStateException("limit '" + limit.name() + "' is not one of route '" + route.name() + "'");
    }
}
