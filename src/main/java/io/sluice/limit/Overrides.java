package io.sluice.limit;

/** Numbers that replace a limit's declared ones while the fleet runs. */
@FunctionalInterface
public interface Overrides {
    Overrides NONE = (limit, key) -> limit;

    /**
     * The limit as it is for this counter now; the same object for the same numbers, as long as these stand.
     *
     * @param limit as declared, or as the caller's tier has it
     * @param key of the counter: {@link LimitKey}
     */
    Limit of(Limit limit, String key);
}
