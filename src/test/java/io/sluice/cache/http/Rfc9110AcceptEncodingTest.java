package io.sluice.cache.http;

import static io.sluice.cache.http.AcceptedCodings.GZIP;
import static io.sluice.cache.http.AcceptedCodings.GZIP_FIRST;
import static io.sluice.cache.http.AcceptedCodings.IDENTITY;
import static io.sluice.cache.http.AcceptedCodings.IDENTITY_FIRST;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §12.5.3, for an answer that there is plain and gzipped. */
class Rfc9110AcceptEncodingTest {
    private static void assertAccepts(AcceptedCodings expected, String... fields) {
        for (String field : fields) {
            assertEquals(expected, AcceptedCodings.of(field), field);
        }
    }

    @Test
    void who_says_nothing_gets_no_coding() {
        assertEquals(IDENTITY, AcceptedCodings.of(null));
        assertAccepts(IDENTITY, "", " ", ",", "identity", "br, zstd, deflate");
    }

    @Test
    void gzip_is_sent_to_who_names_it_in_any_case_and_by_its_old_name() {
        assertAccepts(
                GZIP_FIRST, "gzip", "GZip", "x-gzip", "gzip, deflate, br, zstd", "br,\tgzip", ",gzip,", "gzip;q=0.5");
    }

    @Test
    void a_weight_of_0_is_a_refusal() {
        assertAccepts(IDENTITY, "gzip;q=0", "gzip;q=0.0", "gzip ; q=0.000", "br, gzip;Q=0", "*, gzip;q=0", "*;q=0");
    }

    @Test
    void a_star_stands_for_what_is_not_named() {
        assertAccepts(GZIP_FIRST, "*", "br;q=1.0, *;q=0.1", "deflate;q=0, *");
        assertAccepts(IDENTITY_FIRST, "gzip;q=0.1, *;q=0.2");
    }

    @Test
    void no_coding_is_acceptable_unless_it_is_excluded() {
        assertAccepts(GZIP, "gzip, identity;q=0", "gzip, *;q=0", "*, identity;q=0", "identity;q=0.0, x-gzip;q=0.001");
        assertAccepts(GZIP_FIRST, "gzip;q=0.1", "gzip, identity;q=0.5, *;q=0", "identity, gzip");
    }

    @Test
    void the_larger_weight_comes_first() {
        assertAccepts(
                IDENTITY_FIRST,
                "gzip;q=0.5, identity",
                "identity;q=0.501, gzip;q=0.5",
                "gzip;q=0.999, identity;q=1.000");
        assertAccepts(GZIP_FIRST, "gzip;q=0.5, identity;q=0.499");
    }

    @Test
    void who_takes_neither_gets_no_coding() {
        assertAccepts(IDENTITY, "br, identity;q=0", "identity;q=0, *;q=0", "gzip;q=0, identity;q=0");
    }

    @Test
    void what_is_named_twice_counts_as_its_least() {
        assertAccepts(IDENTITY, "gzip, gzip;q=0", "x-gzip;q=0, gzip");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip;q=",
                "gzip;q=x",
                "gzip;q=1.5",
                "gzip;q=2",
                "gzip;q=0.1234",
                "gzip;q=-1",
                "gzip;q=00",
                "gzip;q=0.5;x=1",
                "gzip;level=9",
                "gzip q=1",
                "gzip;",
                "gzip;q=.5"
            })
    void section_12_4_2_a_weight_that_is_none_is_no_consent(String field) {
        assertAccepts(IDENTITY, field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzipped", "xgzip", "gzi", "g zip", "ungzip", "gzip/1"})
    void another_name_is_another_coding(String field) {
        assertAccepts(IDENTITY, field);
    }
}
