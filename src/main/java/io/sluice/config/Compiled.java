package io.sluice.config;

import io.sluice.origin.Origin;
import io.sluice.route.RouteTable;
import java.util.List;

/**
 * A configuration ready to serve.
 *
 * @param origins all that were made for it, to be closed when its last request has ended
 */
public record Compiled(Config config, RouteTable table, List<Origin> origins) {
    public Compiled {
        origins = List.copyOf(origins);
    }
}
