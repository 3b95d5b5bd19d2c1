package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.limit.Verdict.Outcome;
import io.sluice.limit.Window;
import io.sluice.route.LimitHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitFieldsTest {
    private static final Limit WIDE = limit("wide", 100);
    private static final Limit NARROW = limit("narrow", 10);
    private final RateLimitFields fields = new RateLimitFields(InstantSource.system());

    private static Limit limit(String name, long quota) {
        return Limit.of(name, new Algorithm.FixedWindow(), quota, Window.ofSeconds(60), List.of());
    }

    private static Verdict verdict(Outcome outcome, Limit a, Decision first, Limit b, Decision second) {
        return new Verdict(outcome, List.of(new Ask(a, "a", 1), new Ask(b, "b", 1)), List.of(first, second));
    }

    private MultiMap written(Verdict verdict, LimitHeaders which) {
        MultiMap headers = HttpHeaders.headers();
        fields.write(verdict, which, headers);
        return headers;
    }

    @Test
    void the_closest_to_denying_is_the_one_with_the_least_of_its_quota_left() {
        Verdict verdict = verdict(
                Outcome.ALLOWED, WIDE, new Decision.Allowed(9, 1_500_000), NARROW, new Decision.Allowed(1, 30_000_000));
        MultiMap headers = written(verdict, LimitHeaders.LEGACY);
        assertEquals("100", headers.get("X-RateLimit-Limit"));
        assertEquals("9", headers.get("X-RateLimit-Remaining"));
        assertEquals("2", headers.get("X-RateLimit-Reset"));
        assertFalse(headers.contains("RateLimit"));
    }

    @Test
    void one_that_denies_is_closer_than_any_other() {
        Verdict verdict = verdict(
                Outcome.DENIED,
                WIDE,
                new Decision.Allowed(0, 60_000_000),
                NARROW,
                new Decision.Denied(4, 5_000_000, 5_000_000));
        MultiMap headers = written(verdict, LimitHeaders.BOTH);
        assertEquals("10", headers.get("X-RateLimit-Limit"));
        assertEquals("4", headers.get("X-RateLimit-Remaining"));
        assertEquals("5", headers.get("X-RateLimit-Reset"));
        assertEquals("\"wide\";r=0;t=60, \"narrow\";r=4;t=5", headers.get("RateLimit"));
    }

    @Test
    void a_limit_on_trial_and_one_that_nobody_decided_are_not_shown() {
        Verdict verdict =
                verdict(Outcome.ALLOWED, WIDE.asShadow(), new Decision.Allowed(0, 1), NARROW, Decision.UNAVAILABLE);
        MultiMap headers = written(verdict, LimitHeaders.BOTH);
        assertFalse(headers.contains("X-RateLimit-Limit"));
        assertEquals("\"narrow\";q=10;w=60", headers.get("RateLimit-Policy"));
        assertNull(headers.get("RateLimit"));
    }

    @Test
    void none_is_none() {
        Verdict verdict =
                verdict(Outcome.ALLOWED, WIDE, new Decision.Allowed(9, 1), NARROW, new Decision.Allowed(1, 1));
        assertEquals(0, written(verdict, LimitHeaders.NONE).size());
    }

    @Test
    void a_cost_that_no_waiting_helps_has_no_retry_after() {
        MultiMap headers = HttpHeaders.headers();
        Verdict verdict = verdict(
                Outcome.DENIED,
                WIDE,
                new Decision.Denied(1, 1, Decision.NEVER),
                NARROW,
                new Decision.Denied(1, 5_000_000, 5_000_000));
        assertEquals(List.of("wide", "narrow"), fields.denied(verdict, headers));
        assertFalse(headers.contains("Retry-After"));
    }
}
