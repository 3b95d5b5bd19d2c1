package io.sluice.route;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a table says of a path and a method. */
public sealed interface Match {
    /**
     * @param parameters decoded values of the path's parameters
     * @param undecodable the name of a parameter whose value is not UTF-8 (and stands here as ISO 8859-1), or null: no
     *     route that uses the value may be asked with it
     */
    record Found(
            Route route,
            Map<String, String> parameters,
            @Nullable String undecodable) implements Match {
        public Found(Route route, Map<String, String> parameters) {
            this(route, parameters, null);
        }
    }

    /** @param allowed the methods that the path's routes take, for {@code Allow} */
    record OtherMethod(Set<String> allowed) implements Match {}

    record None() implements Match {}
}
