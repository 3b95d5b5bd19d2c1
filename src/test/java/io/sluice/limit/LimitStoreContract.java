package io.sluice.limit;

import static io.sluice.limit.Limits.DAY;
import static io.sluice.limit.Limits.HOUR;
import static io.sluice.limit.Limits.SECOND;
import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.all;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static io.sluice.limit.Limits.shadow;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store of counters holds; a store's own test extends it. */
public abstract class LimitStoreContract {
    protected abstract LimitStore store();

    /** Sets the store's clock, µs since 1970. */
    protected abstract void at(long micros);

    @Test
    void a_fixed_window_admits_its_quota_and_starts_anew_at_the_calendar_s_turn() {
        Limit limit = fixed(2, Window.ofSeconds(3600));
        at(START + HOUR / 4);
        assertEquals(new Allowed(1, HOUR * 3 / 4), one(store(), ask(limit, "k", 1)));
        assertEquals(new Allowed(0, HOUR * 3 / 4), one(store(), ask(limit, "k", 1)));
        assertEquals(new Denied(0, HOUR * 3 / 4, HOUR * 3 / 4), one(store(), ask(limit, "k", 1)));
        at(START + HOUR - 1);
        assertEquals(new Denied(0, 1, 1), one(store(), ask(limit, "k", 1)));
        at(START + HOUR);
        assertEquals(new Allowed(1, HOUR), one(store(), ask(limit, "k", 1)));
    }

    @Test
    void a_day_and_a_month_are_those_of_utc() {
        at(START + 58 * DAY + 5 * SECOND);
        assertEquals(new Allowed(1, DAY - 5 * SECOND), one(store(), ask(fixed(2, Window.ofSeconds(86_400)), "d", 1)));
        // 2096 is a leap year: 1 January + 58 days is 28 February, and the month ends two days later.
        assertEquals(new Allowed(1, 2 * DAY - 5 * SECOND), one(store(), ask(fixed(2, Window.month()), "m", 1)));
        at(START + 60 * DAY);
        assertEquals(new Allowed(1, 31 * DAY), one(store(), ask(fixed(2, Window.month()), "m", 1)));
    }

    @Test
    void a_sliding_window_gives_back_when_the_oldest_sub_window_has_left() {
        Limit limit = sliding(3, 60);
        at(START);
        assertEquals(new Allowed(1, 61 * SECOND), one(store(), ask(limit, "k", 2)));
        at(START + 10 * SECOND);
        assertEquals(new Allowed(0, 51 * SECOND), one(store(), ask(limit, "k", 1)));
        assertEquals(new Denied(0, 51 * SECOND, 61 * SECOND), one(store(), ask(limit, "k", 3)));
        at(START + 61 * SECOND - 1);
        assertEquals(new Denied(0, 1, 1), one(store(), ask(limit, "k", 2)));
        at(START + 61 * SECOND);
        assertEquals(new Allowed(0, 10 * SECOND), one(store(), ask(limit, "k", 2)));
    }

    @Test
    void a_token_bucket_admits_its_burst_and_then_its_rate() {
        Limit limit = bucket(10, 1, 20);
        at(START);
        assertEquals(new Allowed(0, SECOND / 10), one(store(), ask(limit, "k", 20)));
        assertEquals(new Denied(0, SECOND / 10, SECOND / 2), one(store(), ask(limit, "k", 5)));
        at(START + SECOND / 2 - 1);
        assertEquals(new Denied(4, 1, 1), one(store(), ask(limit, "k", 5)));
        at(START + SECOND / 2);
        assertEquals(new Allowed(0, SECOND / 10), one(store(), ask(limit, "k", 5)));
    }

    @Test
    void a_bucket_s_rate_that_is_no_whole_number_of_microseconds_is_kept_exactly() {
        Limit limit = bucket(7, 1, 1);
        at(START);
        one(store(), ask(limit, "k", 1));
        long admitted = 0;
        for (long t = 1; t <= 7; t++) {
            at(START + t * SECOND);
            admitted += one(store(), ask(bucket(7, 1, 1), "k", 1)) instanceof Allowed ? 1 : 0;
            assertEquals(new Denied(0, 142_858, 142_858), one(store(), ask(limit, "k", 1)));
        }
        assertEquals(7, admitted);
    }

    @Test
    void a_denied_request_takes_nothing_from_any_limit() {
        Limit wide = sliding(10, 60);
        Limit narrow = bucket(1, 1, 1);
        Limit daily = fixed(10, Window.ofSeconds(86_400));
        at(START);
        all(store(), ask(wide, "k", 1), ask(narrow, "k", 1), ask(daily, "k", 1));
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    List.of(new Allowed(9, 61 * SECOND), new Denied(0, SECOND, SECOND), new Allowed(9, DAY)),
                    all(store(), ask(wide, "k", 1), ask(narrow, "k", 1), ask(daily, "k", 1)));
        }
    }

    @Test
    void a_shadow_limit_neither_blocks_nor_keeps_others_from_counting() {
        Limit enforced = fixed(3, Window.ofSeconds(3600));
        Limit tried = shadow(bucket(1, 3600, 1));
        at(START);
        assertEquals(
                List.of(new Allowed(2, HOUR), new Allowed(0, HOUR)),
                all(store(), ask(enforced, "k", 1), ask(tried, "k", 1)));
        assertEquals(
                List.of(new Allowed(1, HOUR), new Denied(0, HOUR, HOUR)),
                all(store(), ask(enforced, "k", 1), ask(tried, "k", 1)));
        one(store(), ask(enforced, "k", 1));
        assertEquals(
                List.of(new Denied(0, HOUR, HOUR), new Allowed(1, 0)),
                all(store(), ask(enforced, "k", 1), ask(tried, "another", 1)));
        assertEquals(new Allowed(1, 0), one(store(), ask(tried, "another", 0)));
    }

    @Test
    void a_cost_beyond_the_capacity_is_denied_for_ever_and_drains_nothing() {
        at(START);
        for (Limit limit : List.of(fixed(5, Window.ofSeconds(1)), sliding(5, 1), bucket(100, 1, 5))) {
            assertEquals(new Denied(5, 0, Decision.NEVER), one(store(), ask(limit, "k", 6)));
            assertEquals(new Denied(5, 0, Decision.NEVER), one(store(), ask(limit, "k", 1L << 52)));
            assertInstanceOf(Allowed.class, one(store(), ask(limit, "k", 5)));
        }
    }

    @Test
    void a_cost_of_nothing_peeks_and_is_always_allowed() {
        at(START);
        for (Limit limit : List.of(fixed(1, Window.ofSeconds(1)), sliding(1, 1), bucket(1, 1, 1))) {
            assertEquals(new Allowed(1, 0), one(store(), ask(limit, "k", 0)));
            one(store(), ask(limit, "k", 1));
            assertEquals(
                    0,
                    assertInstanceOf(Allowed.class, one(store(), ask(limit, "k", 0)))
                            .remaining());
        }
    }

    @Test
    void two_asks_of_one_request_for_one_key_add_up() {
        Limit limit = fixed(5, Window.ofSeconds(1));
        at(START);
        assertEquals(
                List.of(new Allowed(5, 0), new Denied(5, 0, Decision.NEVER)),
                all(store(), ask(limit, "k", 3), ask(limit, "k", 3)));
        assertEquals(
                List.of(new Allowed(0, SECOND), new Allowed(0, SECOND)),
                all(store(), ask(limit, "k", 3), ask(limit, "k", 2)));
    }

    @Test
    void keys_are_counted_apart() {
        Limit limit = sliding(1, 60);
        at(START);
        assertInstanceOf(Allowed.class, one(store(), ask(limit, "a", 1)));
        assertInstanceOf(Allowed.class, one(store(), ask(limit, "b", 1)));
        assertInstanceOf(Denied.class, one(store(), ask(limit, "a", 1)));
    }

    @Test
    void a_changed_quota_takes_effect_on_the_running_counter() {
        at(START);
        one(store(), ask(fixed(5, Window.ofSeconds(3600)), "k", 4));
        assertEquals(new Denied(0, HOUR, HOUR), one(store(), ask(fixed(3, Window.ofSeconds(3600)), "k", 1)));
        assertEquals(new Allowed(5, HOUR), one(store(), ask(fixed(10, Window.ofSeconds(3600)), "k", 1)));
        one(store(), ask(sliding(5, 60), "k", 4));
        assertEquals(new Allowed(5, 61 * SECOND), one(store(), ask(sliding(10, 60), "k", 1)));
        one(store(), ask(bucket(10, 1, 10), "k", 5));
        assertEquals(new Allowed(4, SECOND / 20), one(store(), ask(bucket(20, 1, 10), "k", 1)));
    }

    @Test
    void a_changed_window_takes_effect_on_the_running_counter() {
        at(START + 100 * SECOND);
        one(store(), ask(sliding(5, 60), "k", 4));
        assertEquals(new Allowed(1, 3620 * SECOND), one(store(), ask(sliding(5, 3600), "k", 0)));
        one(store(), ask(fixed(5, Window.ofSeconds(60)), "k", 4));
        assertEquals(new Allowed(1, DAY - 100 * SECOND), one(store(), ask(fixed(5, Window.ofSeconds(86_400)), "k", 0)));
        one(store(), ask(bucket(10, 1, 10), "k", 5));
        assertEquals(new Allowed(5, SECOND), one(store(), ask(bucket(10, 10, 10), "k", 0)));
        assertEquals(new Allowed(3, SECOND / 10), one(store(), ask(bucket(10, 1, 8), "k", 0)));
    }

    @Test
    void a_clock_that_steps_back_gives_nothing_back() {
        long start = START;
        for (Limit limit : List.of(fixed(1, Window.ofSeconds(3600)), sliding(1, 3600), bucket(1, 3600, 1))) {
            start += DAY;
            at(start + 2 * HOUR);
            one(store(), ask(limit, "k", 1));
            at(start);
            Denied denied = assertInstanceOf(Denied.class, one(store(), ask(limit, "k", 1)));
            at(start + denied.retryAfter() - 1);
            assertInstanceOf(Denied.class, one(store(), ask(limit, "k", 1)));
            at(start + denied.retryAfter());
            assertInstanceOf(Allowed.class, one(store(), ask(limit, "k", 1)));
        }
    }
}
