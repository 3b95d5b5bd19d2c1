package io.sluice.route;

import java.util.Locale;

/** Which fields tell clients of their limits; {@code Retry-After} stands on a refusal under all of them. */
public enum LimitHeaders {
    /** {@code RateLimit} and {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-10). */
    DRAFT,
    /** {@code X-RateLimit-Limit}, {@code -Remaining} and {@code -Reset}. */
    LEGACY,
    BOTH,
    NONE;

    /** As {@code sluice.yaml} says it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean draft() {
        return this == DRAFT || this == BOTH;
    }

    public boolean legacy() {
        return this == LEGACY || this == BOTH;
    }
}
