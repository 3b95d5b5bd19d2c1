package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.CachePolicy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shared cache keeps, and for how long; named by the sections of RFC 9111. */
class Rfc9111StorageTest {
    private static final CachePolicy IF_ERROR =
            new CachePolicy(null, 0, 0, 60_000_000, 0, 1 << 20, List.of(), List.of(), null, true, false, false);
    private static final String DAY_AGO = "Sat, 05 Nov 1994 08:49:37 GMT";

    @ParameterizedTest
    @ValueSource(ints = {201, 299, 302, 307, 400, 403, 418, 499, 599, 999})
    void section_3_any_final_status_is_stored_with_explicit_freshness_or_public(int status) {
        assertEquals(9, Response.of(status, "Cache-Control", "max-age=9").fresh());
        assertEquals(7, Response.of(status, "Cache-Control", "public").fresh(Response.policy(7L)));
        assertEquals(
                8640,
                Response.of(status, "Cache-Control", "public", "Last-Modified", DAY_AGO)
                        .fresh());
        Response.of(status, "Last-Modified", DAY_AGO).refused("no-freshness");
        Response.of(status).refused("no-freshness", Response.policy(7L));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 101, 103, 199, 206, 304})
    void section_3_interim_partial_and_not_modified_are_not_stored(int status) {
        Response.of(status, "Cache-Control", "public, max-age=9").refused("status", Response.policy(7L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "Accept, *", "Foo Bar", "Foo;q=1", "\"*\"", "Via", "X-Forwarded-For", "Foo, Forwarded"})
    void section_4_1_what_no_request_tells_selects_nothing(String vary) {
        Response.ok("Cache-Control", "max-age=9", "Vary", vary).refused("vary");
    }

    @Test
    void section_4_2_1_of_a_directive_given_twice_the_first_counts() {
        assertEquals(
                1800, Response.ok("Cache-Control", "max-age=1800, max-age=1").fresh());
        assertEquals(
                1,
                Response.ok("Cache-Control", "max-age=1", "Cache-Control", "max-age=1800")
                        .fresh());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection",
                "keep-alive",
                "proxy-connection",
                "te",
                "trailer",
                "transfer-encoding",
                "upgrade",
                "proxy-authenticate",
                "proxy-authentication-info",
                "proxy-authorization",
                "x-this-hop",
                "x-that-hop"
            })
    void section_3_1_fields_of_the_connection_and_of_the_proxy_are_not_stored(String name) {
        assertTrue(
                Response.ok("Cache-Control", "max-age=9", "Connection", "close, X-This-Hop", "Connection", "x-that-hop")
                        .stored()
                        .unstored()
                        .contains(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x-unknown", "date", "etag", "expires", "cache-control", "cdn-cache-control", "vary", "via"})
    void section_3_1_all_others_are_stored_known_or_not(String name) {
        assertFalse(Response.ok("Cache-Control", "max-age=9", "Connection", "keep-alive")
                .stored()
                .unstored()
                .contains(name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=60|60",
                "MAX-AGE=60|60",
                "Max-Age=60 |60",
                "max-age = 60|60",
                "max-age=\t60|60",
                "max-age=\"60\"|60",
                "max-age=\"6\\0\"|60",
                "max-age=060|60",
                ",,max-age=60,,|60",
                "max-age=60, max-age=61|60",
                "max-age=60, MAX-AGE=\"61\"|60",
                "max-age=9, s-maxage=60|60",
                "s-maxage=60, max-age=9|60",
                "max-age=2147483648|2147483648",
                "max-age=2147483649|2147483648",
                "max-age=18446744073709551617|2147483648",
                "unknown, unknown=\"max-age=1, no-store\", max-age=60, x=y=z|60"
            })
    void section_5_2_directives_in_every_spelling(String control, long seconds) {
        assertEquals(seconds, Response.ok("Cache-Control", control).fresh());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-age=-60",
                "max-age=+60",
                "max-age=60.0",
                "max-age=60s",
                "max-age=6 0",
                "max-age=0x60",
                "max-age='60'",
                "max-age=\"60\"0",
                "max-age=6\"0\"",
                "max-age=\"\"",
                "max-age=\" 60\"",
                "max-age",
                "max-age=x, max-age=60",
                "max-age=60, s-maxage=x",
                "max-age=60, s-maxage=0"
            })
    void section_4_2_1_freshness_that_cannot_be_read_is_none(String control) {
        Response.ok("Cache-Control", control, "Expires", "Sun, 06 Nov 1994 09:49:37 GMT")
                .refused("not-fresh", Response.policy(7L));
    }

    @Test
    void section_5_2_lines_are_one_list() {
        assertEquals(
                60,
                Response.ok("Cache-Control", "public", "Cache-Control", "max-age=60")
                        .fresh());
        Response.ok("Cache-Control", "max-age=60", "Cache-Control", "no-store").refused("no-store");
        Response.ok("Cache-Control", "max-age=60, x=\"", "Cache-Control", "\"").refused("no-store");
    }

    @Test
    void section_5_4_pragma_in_a_response_means_nothing() {
        assertEquals(
                60,
                Response.ok("Cache-Control", "max-age=60", "Pragma", "no-cache").fresh());
        assertEquals(
                60,
                Response.ok("Expires", "Sun, 06 Nov 1994 08:50:37 GMT", "Pragma", "no-cache")
                        .fresh());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:50:37 GMT",
                "Sunday, 06-Nov-94 08:50:37 GMT",
                "Sun Nov  6 08:50:37 1994",
                " Sun, 06 Nov 1994 08:50:37 GMT "
            })
    void section_5_3_expires_in_all_three_forms(String expires) {
        assertEquals(60, Response.ok("Expires", expires).fresh());
        assertEquals(60, Response.ok("Expires", expires, "Expires", expires).fresh());
        Response.ok("Expires", expires, "Expires", "0").refused("not-fresh");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "", "-1", "now", "Sun, 06 Nov 1994 08:50:37 CET", "1994-11-06T08:50:37Z", "784111837"})
    void section_5_3_an_invalid_expires_is_past(String expires) {
        Response.ok("Expires", expires).refused("not-fresh", Response.policy(7L));
        assertEquals(
                0, Response.ok("Expires", expires, "Last-Modified", DAY_AGO).fresh(Response.policy(7L)));
    }

    @Test
    void section_5_3_expires_counts_from_the_date() {
        String expires = "Sun, 06 Nov 1994 08:50:37 GMT";
        assertEquals(60, Response.ok("Expires", expires, "Date", Response.NOW).fresh());
        assertEquals(
                50,
                Response.ok("Expires", expires, "Date", "Sun, 06 Nov 1994 08:49:47 GMT")
                        .fresh(),
                "ahead");
        assertEquals(60, Response.ok("Expires", expires, "Date", "yesterday").fresh(), "as received");
        assertEquals(
                60,
                Response.ok("Expires", expires, "Date", "Sun, 06 Nov 1994 08:49:07 GMT")
                        .fresh(),
                "90 s, of which 30 are over");
        assertEquals(
                1L << 31,
                Response.ok("Expires", "Sun, 06 Nov 9994 08:49:37 GMT").fresh());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"20|80", "0|100", "-20|100", "x|100", "1.5|100", "''|100", "20, 90|80", " 20 , x|80", "x, 20|100"})
    void section_5_1_the_first_member_of_age_counts_if_it_is_one(String age, long fresh) {
        assertEquals(
                fresh, Response.ok("Cache-Control", "max-age=100", "Age", age).fresh());
    }

    @Test
    void section_5_1_several_lines_of_age_and_ages_beyond_counting() {
        assertEquals(
                80,
                Response.ok("Cache-Control", "max-age=100", "Age", "20", "Age", "90")
                        .fresh());
        Response.ok("Cache-Control", "max-age=100", "Age", "99999999999999999999")
                .refused("not-fresh");
        Response.ok("Cache-Control", "max-age=99999999999", "Age", "99999999999")
                .refused("not-fresh");
    }

    @Test
    void section_4_2_3_a_date_ahead_makes_no_age_and_one_behind_does() {
        assertEquals(
                60,
                Response.ok("Cache-Control", "max-age=60", "Date", "Sun, 06 Nov 1994 09:49:37 GMT")
                        .fresh());
        assertEquals(
                50,
                Response.ok("Cache-Control", "max-age=60", "Date", "Sun, 06 Nov 1994 08:49:27 GMT")
                        .fresh());
        assertEquals(60, Response.ok("Cache-Control", "max-age=60").fresh());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
    void section_4_2_2_a_tenth_of_the_time_since_the_last_change_is_fresh(int status) {
        assertEquals(8640, Response.of(status, "Last-Modified", DAY_AGO).fresh());
        assertEquals(
                8640,
                Response.of(status, "Last-Modified", DAY_AGO, "Date", Response.NOW)
                        .fresh());
        assertEquals(7, Response.of(status, "Last-Modified", DAY_AGO).fresh(Response.policy(7L)), "the route's word");
        assertEquals(
                9,
                Response.of(status, "Last-Modified", DAY_AGO, "Cache-Control", "max-age=9")
                        .fresh());
        Response.of(status).refused("no-freshness");
    }

    @Test
    void section_4_2_2_at_most_a_day_and_only_from_a_past_date() {
        assertEquals(
                86_400,
                Response.ok("Last-Modified", "Sun, 06 Nov 1983 08:49:37 GMT").fresh());
        Response.ok("Last-Modified", "Sun, 06 Nov 1994 08:49:38 GMT").refused("no-freshness");
        Response.ok("Last-Modified", Response.NOW).refused("no-freshness");
        Response.ok("Last-Modified", "long ago").refused("no-freshness");
        assertEquals(
                8640,
                Response.ok("Last-Modified", DAY_AGO, "Date", "Sun, 06 Nov 2094 08:49:37 GMT")
                        .fresh());
    }

    @Test
    void section_4_2_2_the_age_on_receipt_counts_against_a_guess_too() {
        assertEquals(8600, Response.ok("Last-Modified", DAY_AGO, "Age", "40").fresh());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 404, 417, 503})
    void section_5_2_2_3_must_understand_goes_before_no_store_for_a_status_of_rfc_9110(int status) {
        assertEquals(
                9,
                Response.of(status, "Cache-Control", "must-understand, no-store, max-age=9")
                        .fresh());
    }

    @ParameterizedTest
    @ValueSource(ints = {226, 299, 306, 418, 499, 599})
    void section_5_2_2_3_must_understand_forbids_a_status_that_nobody_knows(int status) {
        Response.of(status, "Cache-Control", "must-understand, max-age=9").refused("must-understand");
        Response.of(status, "Cache-Control", "must-understand, no-store, max-age=9")
                .refused("must-understand");
        assertEquals(9, Response.of(status, "Cache-Control", "max-age=9").fresh());
    }

    @Test
    void section_5_2_2_3_must_understand_opens_nothing_else() {
        Response.ok("Cache-Control", "must-understand, no-store, private, max-age=9")
                .refused("private");
        Response.ok("Cache-Control", "must-understand, max-age=9, x=\"no-store").refused("no-store");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "private=\"X-Own\"|x-own",
                "no-cache=\"X-Own\"|x-own",
                "private=x-own|x-own",
                "private=\" a , ,B\"|a b",
                "private=\"a\", no-cache=\"b\"|a b",
                "private=\"a\", PRIVATE=\"b\"|a b",
                "max-age=1, no-cache=\"set-cookie\"|set-cookie"
            })
    void sections_5_2_2_4_and_7_with_names_only_these_fields_are_kept_from_others(String control, String names) {
        assertEquals(
                Set.of(names.split(" ")),
                Response.ok("Cache-Control", control, "Cache-Control", "max-age=60")
                        .stored()
                        .withheld());
    }

    @Test
    void sections_5_2_2_4_and_7_a_cookie_for_one_user_does_not_keep_the_rest() {
        Response.ok("Cache-Control", "max-age=60", "Set-Cookie", "a=b").refused("set-cookie");
        Response.ok("Cache-Control", "max-age=60, private=\"Set-Cookie\"", "Set-Cookie", "a=b")
                .stored();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "private",
                "private=",
                "private=\"\"",
                "private=\" , \"",
                "private=\"a b\"",
                "private=\"a\"b",
                "private=\"a\", private",
                "private, private=\"a\"",
                "private=\"Content-Encoding\"",
                "private=\"a, vary\""
            })
    void section_5_2_2_7_everything_is_private_without_names_that_can_be_left_out(String control) {
        Response.ok("Cache-Control", "max-age=60", "Cache-Control", control).refused("private");
        Response.ok("Cache-Control", "max-age=60", "Cache-Control", control.replace("private", "no-cache"))
                .refused("no-cache");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-cache",
                "no-cache, max-age=60, stale-while-revalidate=60, stale-if-error=60",
                "no-cache=\"content-type\", max-age=60"
            })
    void section_5_2_2_4_no_cache_is_stored_for_validation_and_is_never_fresh_nor_stands_in(String control) {
        Response.ok("Cache-Control", control).refused("no-cache");
        for (String validator : List.of("ETag", "Last-Modified")) {
            Storability.Store store =
                    Response.ok("Cache-Control", control, validator, DAY_AGO).stored(IF_ERROR);
            assertEquals(0, store.fresh() + store.staleWhileRevalidate() + store.staleIfError());
        }
    }

    @Test
    void section_3_what_is_stale_at_once_is_stored_if_it_can_be_validated() {
        Response.ok("Cache-Control", "max-age=0").refused("not-fresh");
        assertEquals(
                0, Response.ok("Cache-Control", "max-age=0", "ETag", "\"a\"").fresh());
        assertEquals(
                0,
                Response.ok("Cache-Control", "max-age=60", "Age", "61", "ETag", "\"a\"")
                        .fresh());
    }

    @Test
    void section_3_a_validator_alone_does_not_ask_to_be_stored() {
        Response.ok("ETag", "\"a\"").refused("no-freshness");
    }

    @ParameterizedTest
    @ValueSource(strings = {"public, max-age=9", "s-maxage=9"})
    void section_7_3_what_sets_a_cookie_is_stored_without_it_and_only_if_it_is_meant_for_shared_caches(String control) {
        Response.ok("Cache-Control", "max-age=9", "Set-Cookie", "a=b").refused("set-cookie");
        assertEquals(
                Set.of("set-cookie"),
                Response.ok("Cache-Control", control, "Set-Cookie", "a=b")
                        .stored()
                        .withheld());
        assertEquals(
                9,
                Response.ok("CDN-Cache-Control", "max-age=9", "Set-Cookie", "a=b")
                        .fresh());
    }
}
