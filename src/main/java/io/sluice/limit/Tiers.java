package io.sluice.limit;

import java.util.Map;

/**
 * Different quotas for different callers of one limit.
 *
 * @param by the part of a request that names its caller's tier
 * @param quotas units per window by tier; a caller of no tier, or of another, has the limit's own
 */
public record Tiers(KeyPart by, Map<String, Long> quotas) {
    public Tiers {
        quotas = Map.copyOf(quotas);
    }
}
