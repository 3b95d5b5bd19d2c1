package io.sluice.config;

import io.sluice.cache.CachePolicy;
import io.sluice.limit.Limit;
import io.sluice.route.PathPattern;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A route as declared.
 *
 * @param place of its name
 * @param methods upper case; empty for any
 * @param cache null for none
 */
public record RouteConfig(
        String name,
        Place place,
        PathPattern path,
        Set<String> methods,
        List<Limit> limits,
        @Nullable CachePolicy cache,
        TargetConfig target) {
    public RouteConfig {
        methods = Set.copyOf(methods);
        limits = List.copyOf(limits);
    }
}
