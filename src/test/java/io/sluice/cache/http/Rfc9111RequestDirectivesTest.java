package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc9111RequestDirectivesTest {
    private static RequestDirectives of(String... lines) {
        return RequestDirectives.of(List.of(lines));
    }

    @Test
    void section_5_2_1_1_max_age_is_the_oldest_that_is_wanted() {
        RequestDirectives asked = of("max-age=10");
        assertTrue(asked.accept(10, 5));
        assertFalse(asked.accept(11, 5));
        assertTrue(of("max-age=0").accept(0, 5));
    }

    @Test
    void section_5_2_1_2_max_stale_is_how_long_it_may_have_been_stale() {
        assertTrue(of("max-stale=100").accept(500, -100));
        assertFalse(of("max-stale=100").accept(500, -101));
        assertTrue(of("max-stale").accept(500, -100_000_000), "any");
        assertFalse(of("max-stale=much").accept(500, -1));
        assertFalse(of("max-age=100").accept(0, -1), "no stale answer without it");
        assertFalse(of("max-stale=100, max-age=10").accept(11, -1));
        assertFalse(of("max-stale=100, min-fresh=1").accept(11, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-cache", "must-revalidate", "proxy-revalidate", "s-maxage=1", "no-cache=\"a\""})
    void section_4_2_4_what_has_to_be_validated_is_not_given_stale(String control) {
        assertFalse(RequestDirectives.mayBeStale(
                name -> name.equals("cache-control") ? List.of("max-age=1, " + control) : List.of()));
        assertTrue(
                RequestDirectives.mayBeStale(name -> name.equals("cache-control") ? List.of("max-age=1") : List.of()));
    }

    @Test
    void section_5_2_1_3_min_fresh_is_how_long_it_stays_fresh_at_least() {
        RequestDirectives asked = of("min-fresh=10");
        assertTrue(asked.accept(100, 10));
        assertFalse(asked.accept(0, 9));
    }

    @Test
    void sections_5_2_1_4_and_5_no_cache_and_no_store_go_past() {
        assertTrue(of("no-cache").past());
        assertTrue(of("no-store").past());
        assertTrue(of("max-age=5", "No-Cache").past());
        assertFalse(of("max-age=5").past());
        assertTrue(of("no-cache").validated());
        assertFalse(of("no-cache").unstored());
        assertTrue(of("no-store").unstored());
    }

    @Test
    void section_5_2_1_7_only_if_cached() {
        assertTrue(of("only-if-cached").onlyIfCached());
        assertFalse(of("x").onlyIfCached());
    }

    @Test
    void section_1_2_2_what_is_no_number_accepts_least() {
        assertFalse(of("max-age=soon").accept(1, 100));
        assertTrue(of("max-age=99999999999999").accept(1_000_000, 100));
    }
}
