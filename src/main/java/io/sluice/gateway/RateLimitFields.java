package io.sluice.gateway;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code RateLimit}, {@code RateLimit-Policy} and {@code Retry-After} (draft-ietf-httpapi-ratelimit-headers-10). */
final class RateLimitFields {
    private static final CharSequence POLICY = HttpHeaders.createOptimized("RateLimit-Policy");
    private static final CharSequence LIMIT = HttpHeaders.createOptimized("RateLimit");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");
    private static final long SECOND = 1_000_000;

    private final InstantSource clock;

    RateLimitFields(InstantSource clock) {
        this.clock = clock;
    }

    /** One item per limit; a shadow limit is on trial and shown to nobody. */
    void write(Verdict verdict, MultiMap headers) {
        List<Ask> asks = verdict.asks();
        StringBuilder policy = new StringBuilder(32 * asks.size());
        StringBuilder limit = new StringBuilder(32 * asks.size());
        for (int i = 0; i < asks.size(); i++) {
            if (!asks.get(i).limit().shadow()) {
                policy(asks.get(i).limit(), policy);
                state(asks.get(i).limit(), verdict.decisions().get(i), limit);
            }
        }
        if (!policy.isEmpty()) {
            headers.set(POLICY, policy);
        }
        if (!limit.isEmpty()) {
            headers.set(LIMIT, limit);
        }
    }

    private void policy(Limit limit, StringBuilder text) {
        name(limit, text).append(";q=").append(limit.quota());
        if (limit.algorithm() instanceof Algorithm.Concurrency) {
            text.append(";qu=\"concurrent-requests\"");
        } else {
            text.append(";w=").append(seconds(limit));
        }
    }

    private long seconds(Limit limit) {
        return limit.window().calendarMonth()
                ? YearMonth.from(clock.instant().atZone(ZoneOffset.UTC)).lengthOfMonth() * 86_400L
                : limit.window().seconds();
    }

    private static void state(Limit limit, Decision decision, StringBuilder text) {
        if (decision instanceof Decision.Allowed allowed) {
            item(limit, allowed.remaining(), allowed.reset(), text);
        } else if (decision instanceof Decision.Denied denied) {
            item(limit, denied.remaining(), denied.reset(), text);
        }
    }

    private static void item(Limit limit, long remaining, long reset, StringBuilder text) {
        name(limit, text).append(";r=").append(remaining);
        if (!(limit.algorithm() instanceof Algorithm.Concurrency)) {
            text.append(";t=").append(roundUp(reset));
        }
    }

    /** Appends the limit's name as a Structured Field String (RFC 9651 §3.3.3); configuration admits no other characters. */
    private static StringBuilder name(Limit limit, StringBuilder text) {
        if (!text.isEmpty()) {
            text.append(", ");
        }
        return text.append('"').append(limit.name()).append('"');
    }

    private static long roundUp(long micros) {
        return (micros + SECOND - 1) / SECOND;
    }

    /** The names of the limits that denied, and {@code Retry-After} for when all of them would let the request pass. */
    List<String> denied(Verdict verdict, MultiMap headers) {
        List<String> violated = new ArrayList<>();
        long wait = 0;
        boolean never = false;
        for (int i = 0; i < verdict.asks().size(); i++) {
            Limit limit = verdict.asks().get(i).limit();
            if (!limit.shadow() && verdict.decisions().get(i) instanceof Decision.Denied denied) {
                violated.add(limit.name());
                never |= denied.retryAfter() == Decision.NEVER;
                wait = Math.max(wait, Math.max(denied.retryAfter(), denied.reset()));
            }
        }
        if (!never) {
            headers.set(RETRY_AFTER, Long.toString(Math.max(1, roundUp(wait))));
        }
        return violated;
    }
}
