package io.sluice.cache.http;

import java.util.Set;

/** What a cache knows of status codes. */
final class Statuses {
    /** May be stored without explicit freshness (RFC 9110 §15.1, RFC 7725 §3), without 206. */
    private static final Set<Integer> HEURISTIC = Set.of(200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 451, 501);

    /** Partial, about what is stored already, or never by their own definition (RFC 6585 §§3-6). */
    private static final Set<Integer> NEVER = Set.of(206, 304, 428, 429, 431, 511);

    private Statuses() {}

    /** Whether it is final, and its responses can stand for a whole answer. */
    static boolean isStorable(int status) {
        return status >= 200 && !NEVER.contains(status);
    }

    static boolean isHeuristic(int status) {
        return HEURISTIC.contains(status);
    }

    /**
     * Whether all that caching asks for this status is done here, which is what {@code must-understand} wants to know
     * (RFC 9111 §5.2.2.3): it is one of RFC 9110 §15 or 451, which ask for nothing beyond RFC 9111, or one never stored.
     */
    static boolean isUnderstood(int status) {
        return status >= 200 && status <= 206
                || status >= 300 && status <= 308 && status != 306
                || status >= 400 && status <= 417
                || status == 421
                || status == 422
                || status == 426
                || status == 451
                || status >= 500 && status <= 505;
    }
}
