package io.sluice.api.openapi;

import io.sluice.origin.Description;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the origins of a table say of themselves now. */
final class Described {
    private final Map<Route, Description> byRoute = new IdentityHashMap<>();

    static Described now(RouteTable table) {
        Described now = new Described();
        for (Route route : table.routes()) {
            if (route.target() instanceof Target.Postgres postgres) {
                Description description = postgres.origin().describe();
                if (description != null) {
                    now.byRoute.put(route, description);
                }
            }
        }
        return now;
    }

    @Nullable
    Description of(Route route) {
        return byRoute.get(route);
    }

    /** Whether they say what they said then; mostly it is the same object. */
    boolean isStill(Described before) {
        return byRoute.size() == before.byRoute.size()
                && byRoute.entrySet().stream().allMatch(one -> one.getValue().equals(before.byRoute.get(one.getKey())));
    }
}
