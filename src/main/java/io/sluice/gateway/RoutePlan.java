package io.sluice.gateway;

import io.sluice.client.ClientNamer;
import io.sluice.limit.Ask;
import io.sluice.limit.Asker;
import io.sluice.limit.Limit;
import io.sluice.route.Route;
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
    private final LimitMeters[] limitMeters;
    private final Asker asker;

    RoutePlan(Route route, ClientNamer clients, Asker asker, Meters meters) {
        this.asker = asker;
        this.route = route;
        this.clients = clients;
        this.meters = meters.route(route.name());
        this.origin = route.target() instanceof Target.Http http
                ? new OriginCalls(http.origin(), this.meters)
                : route.target() instanceof Target.Postgres postgres
                        ? new OriginCalls(postgres.origin(), this.meters)
                        : null;
        this.limitMeters =
                route.limits().stream().map(limit -> meters.limit(limit.name())).toArray(LimitMeters[]::new);
    }

    /** The route's origin; the service's own endpoints have none. */
    OriginCalls origin() {
        OriginCalls calls = origin;
        if (calls == null) {
            throw new IllegalStateException("route '" + route.name() + "' has no origin");
        }
        return calls;
    }

    List<Ask> asks(Exchange exchange) {
        List<Limit> limits = route.limits();
        List<Ask> asks = new ArrayList<>(limits.size());
        for (int i = 0; i < limits.size(); i++) {
            asks.add(asker.ask(limits.get(i), exchange));
        }
        return asks;
    }

    LimitMeters meters(Limit limit) {
        for (int i = 0; i < limitMeters.length; i++) {
            if (route.limits().get(i).name().equals(limit.name())) {
                return limitMeters[i];
            }
        }
        throw new IllegalStateException("limit '" + limit.name() + "' is not one of route '" + route.name() + "'");
    }
}
