package io.sluice.route;

import io.sluice.client.ClientNamer;
import io.sluice.client.TrustedProxies;
import io.sluice.origin.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tables for tests, whose routes are named by their methods and pattern. */
final class Tables {
    private static final Origin NO_ORIGIN = call -> {
        throw new AssertionError("no test of routes asks an origin");
    };

    private Tables() {}

    /** @param routes {@code /a/{b}} or {@code GET,PUT /a/{b}}; under {@code /_sluice/} the service's own */
    static RouteTable of(List<String> routes) {
        List<Route> made = new ArrayList<>();
        for (String route : routes) {
            int space = route.indexOf(' ');
            String path = route.substring(space + 1);
            Set<String> methods =
                    space < 0 ? Set.of() : Set.of(route.substring(0, space).split(","));
            Target target =
                    path.startsWith("/_sluice/") ? new Target.Own() : new Target.Http(NO_ORIGIN, "", Duration.ZERO);
            made.add(new Route(route, new PathPattern(path), methods, List.of(), null, target));
        }
        return new RouteTable(made, new ClientNamer(List.of(), TrustedProxies.NONE));
    }

    /** The matched route's name, {@code 405 …} with the methods, or {@code 404}. */
    static String match(RouteTable table, String method, String path) {
        Match match = table.match(method, path);
        if (match instanceof Match.Found found) {
            return found.route().name();
        }
        return match instanceof Match.OtherMethod other ? "405 " + String.join(",", other.allowed()) : "404";
    }
}
