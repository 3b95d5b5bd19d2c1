package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.cache.CachePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Named by the sections of RFC 9111, unless another is named. */
class HttpStorageTest {
    private static final long NOW = 784_111_777_000L; // Sun, 06 Nov 1994 08:49:37 GMT
    private static final long SECOND = 1_000_000;

    private static CachePolicy policy(@Nullable Long ttl, long staleIfError) {
        return new CachePolicy(
                ttl, 0, 0, staleIfError, 5 * SECOND, 1 << 20, List.of(), List.of(), null, true, false, false);
    }

    private static Storability decide(
            String method, boolean authorized, int status, CachePolicy policy, String... headers) {
        Map<String, List<String>> fields = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            fields.computeIfAbsent(headers[i], name -> new ArrayList<>()).add(headers[i + 1]);
        }
        return HttpStorage.decide(
                method, authorized, status, name -> fields.getOrDefault(name, List.of()), policy, NOW);
    }

    private static Storability get(String... headers) {
        return decide("GET", false, 200, policy(null, 0), headers);
    }

    private static Storability.Store stored(Storability storability) {
        return assertInstanceOf(Storability.Store.class, storability);
    }

    private static void refused(String reason, Storability storability) {
        assertEquals(new Storability.No(reason), storability);
    }

    private static long fresh(String... headers) {
        return stored(get(headers)).fresh() / SECOND;
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "POST", "PUT", "get"})
    void section_3_only_get_is_stored(String method) {
        refused("method", decide(method, false, 200, policy(60L, 0), "cache-control", "max-age=60"));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 103, 206, 304, 428, 429, 431, 511})
    void section_3_partial_interim_and_rfc_6585_statuses_are_not_stored(int status) {
        refused("status", decide("GET", false, status, policy(60L, 0), "cache-control", "max-age=60"));
    }

    @Test
    void section_3_3_a_part_is_not_stored_and_content_range_says_nothing_of_another_status() {
        refused("status", decide("GET", false, 206, policy(60L, 0), "cache-control", "max-age=60"));
        refused(
                "content-range",
                decide(
                        "GET",
                        false,
                        416,
                        policy(60L, 0),
                        "cache-control",
                        "max-age=60",
                        "content-range",
                        "bytes */10"));
        assertInstanceOf(
                Storability.Store.class,
                decide(
                        "GET",
                        false,
                        200,
                        policy(60L, 0),
                        "cache-control",
                        "max-age=60",
                        "content-range",
                        "bytes 0-4/10"));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 404, 503, 599, 799})
    void section_3_any_final_status_is_stored_with_explicit_freshness(int status) {
        stored(decide("GET", false, status, policy(null, 0), "cache-control", "max-age=60"));
    }

    @Test
    void section_3_5_authorization_needs_leave() {
        CachePolicy none = policy(null, 0);
        refused("authorization", decide("GET", true, 200, none, "cache-control", "max-age=60"));
        stored(decide("GET", true, 200, none, "cache-control", "max-age=60, public"));
        stored(decide("GET", true, 200, none, "cache-control", "s-maxage=60"));
        stored(decide("GET", true, 200, none, "cache-control", "max-age=60, must-revalidate"));
    }

    @Test
    void section_4_1_vary_names_are_lowered_and_a_star_is_not_stored() {
        assertEquals(
                List.of("accept", "accept-language"),
                stored(get("cache-control", "max-age=9", "vary", "Accept, ACCEPT-Language", "vary", "accept"))
                        .vary());
        refused("vary", get("cache-control", "max-age=9", "vary", "accept, *"));
    }

    @Test
    void section_4_2_1_s_maxage_goes_before_max_age_before_expires_before_the_route() {
        String later = "Sun, 06 Nov 1994 08:51:37 GMT";
        assertEquals(30, fresh("cache-control", "max-age=10, s-maxage=30", "expires", later));
        assertEquals(10, fresh("cache-control", "max-age=10", "expires", later));
        assertEquals(120, fresh("expires", later, "date", "Sun, 06 Nov 1994 08:49:37 GMT"));
        assertEquals(
                70, stored(decide("GET", false, 200, policy(70 * SECOND, 0))).fresh() / SECOND);
        refused("no-freshness", get());
    }

    @Test
    void section_4_2_1_of_a_directive_given_twice_the_first_counts_and_of_two_dates_none() {
        assertEquals(60, fresh("cache-control", "max-age=60, max-age=10"));
        assertEquals(10, fresh("cache-control", "max-age=10", "cache-control", "max-age=60"));
        refused(
                "not-fresh",
                get("expires", "Sun, 06 Nov 1994 08:51:37 GMT", "expires", "Sun, 06 Nov 1994 08:52:37 GMT"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-age=-1", "max-age=1.5", "max-age=abc", "max-age", "max-age=", "max-age=60s"})
    void section_4_2_1_a_bad_number_is_stale(String control) {
        refused("not-fresh", get("cache-control", control));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "never", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:36 GMT"})
    void section_5_3_an_invalid_or_past_expires_is_stale(String expires) {
        refused("not-fresh", get("expires", expires));
    }

    @Test
    void section_1_2_2_numbers_end_at_2_to_the_31() {
        assertEquals(1L << 31, fresh("cache-control", "max-age=99999999999999999999999999"));
    }

    @Test
    void section_4_2_2_heuristic_freshness_is_for_heuristic_statuses() {
        CachePolicy route = policy(60 * SECOND, 0);
        stored(decide("GET", false, 301, route));
        refused("no-freshness", decide("GET", false, 302, route));
        refused("no-freshness", decide("GET", false, 500, route));
        assertEquals(5, stored(decide("GET", false, 404, route)).fresh() / SECOND, "negative-ttl");
    }

    @Test
    void section_4_2_3_age_on_receipt_counts() {
        Storability.Store stored = stored(get("cache-control", "max-age=60", "age", "20"));
        assertEquals(40 * SECOND, stored.fresh());
        assertEquals(20 * SECOND, stored.initialAge());
        assertEquals(30, fresh("cache-control", "max-age=60", "date", "Sun, 06 Nov 1994 08:49:07 GMT", "age", "7"));
        assertEquals(60, fresh("cache-control", "max-age=60", "age", "-7"));
        assertEquals(53, fresh("cache-control", "max-age=60", "age", "7, 50"));
        refused("not-fresh", get("cache-control", "max-age=60", "age", "60"));
    }

    @Test
    void section_4_2_4_stale_is_not_served_where_it_is_forbidden() {
        CachePolicy route = policy(null, 600 * SECOND);
        assertEquals(
                600 * SECOND,
                stored(decide("GET", false, 200, route, "cache-control", "max-age=9"))
                        .staleIfError());
        for (String control : List.of("must-revalidate, max-age=9", "proxy-revalidate, max-age=9", "s-maxage=9")) {
            Storability.Store stored = stored(decide("GET", false, 200, route, "cache-control", control));
            assertEquals(0, stored.staleIfError(), control);
            assertEquals(0, stored.staleWhileRevalidate(), control);
        }
    }

    @Test
    void rfc_5861_stale_while_revalidate_and_stale_if_error() {
        Storability.Store stored =
                stored(get("cache-control", "max-age=9, stale-while-revalidate=30, stale-if-error=\"40\""));
        assertEquals(30 * SECOND, stored.staleWhileRevalidate());
        assertEquals(40 * SECOND, stored.staleIfError());
        assertEquals(0, fresh("cache-control", "max-age=0, stale-while-revalidate=30"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-store",
                "No-Store",
                "max-age=60,no-store",
                "no-store=\"x\"",
                "x=\"a, no-store",
                "x=\"a, no-cache\\\"",
                "foo=\"a, \\\" b\", no-store",
                " ,, no-store ,"
            })
    void section_5_2_2_5_no_store_in_any_spelling(String control) {
        refused("no-store", get("cache-control", "max-age=60", "cache-control", control));
    }

    @Test
    void section_5_2_2_directives_inside_a_quoted_argument_are_none() {
        assertEquals(60, fresh("cache-control", "ext=\"private, no-store\", max-age=60"));
        assertEquals(60, fresh("cache-control", "x-private, max-age=\"60\""));
    }

    @Test
    void sections_5_2_2_4_and_7_no_cache_and_private_are_refused() {
        refused("no-cache", get("cache-control", "max-age=60, no-cache"));
        refused("private", get("cache-control", "max-age=60, private"));
    }

    @Test
    void section_7_3_set_cookie_is_not_stored() {
        refused("set-cookie", get("cache-control", "max-age=60", "set-cookie", "a=b"));
    }
}
