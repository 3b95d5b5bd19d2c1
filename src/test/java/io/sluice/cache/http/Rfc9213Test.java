package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code CDN-Cache-Control}; named by the sections of RFC 9213. */
class Rfc9213Test {
    private static final String LATER = "Sun, 06 Nov 1994 08:50:37 GMT";
    private static final String DAY_AGO = "Sat, 05 Nov 1994 08:49:37 GMT";

    private static Response response(String targeted, String control) {
        return Response.ok("CDN-Cache-Control", targeted, "Cache-Control", control);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-store", "private", "no-cache", "max-age=1", "s-maxage=1", "max-age=x", "x=\""})
    void section_2_2_a_valid_field_decides_alone(String control) {
        assertEquals(60, response("max-age=60", control).fresh());
    }

    @Test
    void section_2_2_cache_control_and_expires_have_no_say_even_on_what_it_leaves_open() {
        Response open = Response.ok(
                "CDN-Cache-Control",
                "public",
                "Cache-Control",
                "max-age=9",
                "Expires",
                LATER,
                "Last-Modified",
                DAY_AGO);
        assertEquals(8640, open.fresh());
        assertEquals(7, open.fresh(Response.policy(7L)));
        Response.ok("CDN-Cache-Control", "foo", "Cache-Control", "max-age=9", "Expires", LATER)
                .refused("no-freshness");
        Storability.Store store = response("max-age=60", "max-age=1, stale-if-error=5, stale-while-revalidate=5")
                .stored();
        assertEquals(0, store.staleIfError() + store.staleWhileRevalidate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-store", "private", "no-cache"})
    void section_2_2_what_it_forbids_cache_control_does_not_allow(String targeted) {
        response(targeted, "public, max-age=60").refused(targeted);
        response(targeted + "=?1", "public, max-age=60").refused(targeted);
        response(targeted + "=5", "public, max-age=60").refused(targeted);
        response(targeted + ";x=1, max-age=60", "public, max-age=60").refused(targeted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "max-age=60,",
                ",max-age=60",
                "max-age=60,,public",
                "max-age=60 public",
                "max-age = 60",
                "max-age= 60",
                "max-age =60",
                "max-age=",
                "max-age=60s",
                "max-age=6.0.0",
                "max-age=+60",
                "max-age=1234567890123456",
                "max-age='60'",
                "MAX-AGE=60",
                "Max-Age=60",
                "no-store, max-age=\"60",
                "no-store, x=?2",
                "no-store=",
                "no-store, é"
            })
    void section_2_1_an_empty_or_invalid_field_is_as_if_absent(String targeted) {
        assertEquals(9, response(targeted, "max-age=9").fresh());
        response(targeted, "no-store").refused("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-age=60",
                "  max-age=60  ",
                "max-age=60;foo;bar=\"a,b\"",
                "max-age=1, max-age=60",
                "max-age=060",
                "unknown=(a b), another=:YQ==:, date=@1, max-age=60",
                "no-store=?0, private=?0, no-cache=?0, max-age=60",
                "no-store, no-store=?0, max-age=60",
                "max-age=9, s-maxage=60",
                "x, max-age=60\t, y"
            })
    void section_2_1_members_are_read_as_their_types(String targeted) {
        assertEquals(60, response(targeted, "no-store").fresh());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-age=\"60\"",
                "max-age=60.0",
                "max-age",
                "max-age=a60",
                "max-age=?1",
                "max-age=(60)",
                "max-age=-60"
            })
    void section_2_1_a_max_age_that_is_no_integer_is_stale(String targeted) {
        response(targeted, "max-age=9").refused("not-fresh", Response.policy(7L));
    }

    @Test
    void section_2_1_a_false_max_age_is_none() {
        assertEquals(7, response("max-age=?0", "max-age=9").fresh(Response.policy(7L)));
    }

    @Test
    void section_2_1_numbers_end_at_2_to_the_31() {
        assertEquals(1L << 31, response("max-age=999999999999999", "max-age=9").fresh());
    }

    @Test
    void section_2_1_lines_are_one_dictionary() {
        assertEquals(
                60,
                Response.ok("CDN-Cache-Control", "max-age=1, public", "CDN-Cache-Control", "max-age=60")
                        .fresh());
        assertEquals(
                9,
                Response.ok("CDN-Cache-Control", "max-age=1", "CDN-Cache-Control", "=", "Cache-Control", "max-age=9")
                        .fresh());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"private=\"a, B\"|a b", "private=a|a", "no-cache=\"set-cookie\"|set-cookie", "no-cache=?0|''"})
    void section_2_1_field_names_are_a_string(String member, String names) {
        assertEquals(
                names.isEmpty() ? Set.of() : Set.of(names.split(" ")),
                response("max-age=60, " + member, "no-store").stored().withheld());
    }

    @Test
    void section_2_1_permissions_must_be_true() {
        assertEquals(9, Response.of(302, "CDN-Cache-Control", "public").fresh(Response.policy(9L)));
        for (String not : new String[] {"public=?0", "public=1", "public=\"\"", "public=yes"}) {
            Response.of(302, "CDN-Cache-Control", not).refused("no-freshness", Response.policy(9L));
        }
        assertEquals(
                9,
                Response.ok("CDN-Cache-Control", "must-understand, no-store, max-age=9")
                        .fresh());
        Response.ok("CDN-Cache-Control", "must-understand=1, no-store, max-age=9")
                .refused("no-store");
    }

    @Test
    void rfc_9111_section_3_5_authorization_goes_by_it_too() {
        Response allowed = response("max-age=60, public", "max-age=60");
        assertEquals(60_000_000, ((Storability.Store) allowed.decide(Response.policy(null), true)).fresh());
        assertEquals(
                new Storability.No("authorization"),
                response("max-age=60", "public, max-age=60").decide(Response.policy(null), true));
    }

    @Test
    void section_2_the_field_is_passed_on() {
        Storability.Store store = response("max-age=60", "no-store").stored();
        assertFalse(store.unstored().contains("cdn-cache-control")
                || store.unstored().contains("cache-control"));
    }
}
