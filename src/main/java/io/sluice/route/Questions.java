package io.sluice.route;

import io.sluice.limit.Limit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What others may ask this gateway about.
 *
 * @param checkToken of {@code POST /_sluice/check}; null: it is off
 * @param authToken of {@code GET /_sluice/auth}; null: it is off
 * @param authLimits for what no route of the table takes
 * @param api at {@code GET /_sluice/openapi}; null: it is off
 */
public record Questions(
        Domains domains,
        @Nullable String checkToken,
        @Nullable String authToken,
        List<Limit> authLimits,
        @Nullable ApiInfo api) {
    public static final Questions NONE = new Questions(Domains.NONE, null, null, List.of(), null);

    public Questions {
        authLimits = List.copyOf(authLimits);
    }
}
