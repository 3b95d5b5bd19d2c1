package io.sluice.route;

import java.util.Map;
import java.util.Set;

/** What a table says of a path and a method. */
public sealed interface Match {
    /** @param parameters decoded values of the path's parameters */
    record Found(Route route, Map<String, String> parameters) implements Match {}

    /** @param allowed the methods that the path's routes take, for {@code Allow} */
    record OtherMethod(Set<String> allowed) implements Match {}

    record None() implements Match {}
}
