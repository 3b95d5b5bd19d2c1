package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

class LimitBoundsTest {
    @Test
    void what_can_be_counted_exactly_is_accepted() {
        for (Limit limit : List.of(
                Limits.fixed(1L << 52, Window.month()),
                Limits.sliding(0xffff_ffffL, 86_400),
                Limits.bucket(10_000_000, 1, 1_000_000_000),
                Limits.bucket(60_000_011, 1, 60_000_011),
                Limits.bucket(1, 86_400, 1000))) {
            assertNull(LimitBounds.refusal(limit), limit.toString());
        }
    }

    @Test
    void what_cannot_is_refused() {
        for (Limit limit : List.of(
                Limits.fixed(0, Window.month()),
                Limits.fixed((1L << 52) + 1, Window.month()),
                Limits.sliding(0x1_0000_0000L, 60),
                Limit.of("m", new Algorithm.SlidingWindow(), 1, Window.month(), List.of()),
                Limits.bucket(5, 1, 0),
                Limits.bucket(10_000_000_019L, 1, 10_000_000_019L),
                Limits.bucket(1, 86_400, 1L << 40))) {
            assertNotNull(LimitBounds.refusal(limit), limit.toString());
        }
    }
}
