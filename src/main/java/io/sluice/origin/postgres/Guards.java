package io.sluice.origin.postgres;

import org.jspecify.annotations.Nullable;

/**
 * What a route's statements must keep to when they are planned.
 *
 * @param strict whether what they do not keep to is an error; else it is a warning
 * @param maxCost the planner's estimate, in its own units, above which a statement is too expensive; null: none
 */
public record Guards(boolean strict, @Nullable Double maxCost) {
    public static final Guards LENIENT = new Guards(false, null);
}
