package io.sluice.route;

import io.sluice.cache.CachePolicy;
import io.sluice.limit.Limit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A path pattern and what happens there.
 *
 * @param methods upper case; empty for any
 * @param limits all of them are asked, all or nothing
 * @param cache null for none
 */
public record Route(
        String name,
        PathPattern path,
        Set<String> methods,
        List<Limit> limits,
        @Nullable CachePolicy cache,
        Target target) {
    public Route {
        methods = Set.copyOf(methods);
        limits = List.copyOf(limits);
    }
}
