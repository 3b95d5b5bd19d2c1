package io.sluice.route;

import io.sluice.client.ClientNamer;
import java.util.List;

/** All routes of one configuration; immutable, swapped whole. */
public final class RouteTable {
    private final List<Route> routes;
    private final ClientNamer clients;

    public RouteTable(List<Route> routes, ClientNamer clients) {
        this.routes = List.copyOf(routes);
        this.clients = clients;
    }

    /**
     * The most specific route for a path; the order of the routes never matters.
     *
     * @param method upper case
     * @param rawPath the path as it came, without the query; already accepted by {@link RequestPath#check}
     */
    public Match match(String method, String rawPath) {
        throw new UnsupportedOperationException();
    }

    public List<Route> routes() {
        return routes;
    }

    public ClientNamer clients() {
        return clients;
    }
}
