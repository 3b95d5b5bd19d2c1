package io.sluice.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNamerTest {
    private static final String NONE = "none";

    private record Request(
            String peer,
            Map<String, List<String>> headers,
            Map<String, List<String>> queries,
            Map<String, List<String>> cookies)
            implements Facts {
        Request(String peer, Map<String, List<String>> headers) {
            this(peer, headers, Map.of(), Map.of());
        }

        @Override
        public List<String> headers(String name) {
            return headers.getOrDefault(name, List.of());
        }

        @Override
        public List<String> queries(String name) {
            return queries.getOrDefault(name, List.of());
        }

        @Override
        public List<String> cookies(String name) {
            return cookies.getOrDefault(name, List.of());
        }
    }

    @Test
    void what_a_request_carries_names_it_before_its_address_is_asked_for() {
        Facts facts = new Facts() {
            @Override
            public String peer() {
                throw new AssertionError("nobody needs the address");
            }

            @Override
            public List<String> headers(String name) {
                return name.equals("X-API-Key") ? List.of("k1") : List.of();
            }

            @Override
            public List<String> queries(String name) {
                return List.of();
            }

            @Override
            public List<String> cookies(String name) {
                return List.of();
            }
        };
        ClientNamer namer = new ClientNamer(
                List.of(
                        new ClientSource.Query("key"),
                        new ClientSource.Header("X-API-Key"),
                        new ClientSource.Address()),
                trusting());
        assertEquals("header:X-API-Key=k1", namer.carried(facts));
        assertNull(
                new ClientNamer(List.of(new ClientSource.Address(), new ClientSource.Header("X-API-Key")), trusting())
                        .carried(facts));
    }

    private static TrustedProxies trusting(String... networks) {
        return new TrustedProxies(java.util.Arrays.stream(networks)
                .map(text -> {
                    Cidr cidr = Cidr.parse(text);
                    assertNotNull(cidr);
                    return cidr;
                })
                .toList());
    }

    private static final List<ClientSource> ALL = List.of(
            new ClientSource.Header("X-API-Key"),
            new ClientSource.Query("key"),
            new ClientSource.Cookie("session"),
            new ClientSource.Address());

    private final ClientNamer namer = new ClientNamer(ALL, TrustedProxies.NONE);

    private String name(
            Map<String, List<String>> headers, Map<String, List<String>> queries, Map<String, List<String>> cookies) {
        return namer.identify(new Request("9.9.9.9", headers, queries, cookies)).client();
    }

    @Test
    void the_first_source_present_names_the_client() {
        Map<String, List<String>> header = Map.of("X-API-Key", List.of("k1"));
        Map<String, List<String>> query = Map.of("key", List.of("k2"));
        Map<String, List<String>> cookie = Map.of("session", List.of("k3"));
        assertEquals("header:X-API-Key=k1", name(header, query, cookie));
        assertEquals("query:key=k2", name(Map.of(), query, cookie));
        assertEquals("cookie:session=k3", name(Map.of(), Map.of(), cookie));
        assertEquals("address=9.9.9.9", name(Map.of(), Map.of(), Map.of()));
    }

    @Test
    void a_source_that_is_there_twice_or_empty_names_nobody() {
        Map<String, List<String>> query = Map.of("key", List.of("k2"));
        assertEquals("query:key=k2", name(Map.of("X-API-Key", List.of("k1", "k1")), query, Map.of()));
        assertEquals("query:key=k2", name(Map.of("X-API-Key", List.of("")), query, Map.of()));
        assertEquals("address=9.9.9.9", name(Map.of(), Map.of("key", List.of("a", "b")), Map.of()));
    }

    @Test
    void without_any_source_the_address_names_the_client() {
        ClientNamer headers = new ClientNamer(List.of(new ClientSource.Header("X-API-Key")), TrustedProxies.NONE);
        Caller caller = headers.identify(new Request("0:0:0:0:0:0:0:1", Map.of()));
        assertEquals(new Caller("address=::1", "::1", false, Standing.ORDINARY), caller);
    }

    @Test
    void a_value_that_imitates_another_source_stays_its_own() {
        assertEquals(
                "header:X-API-Key=address=1.1.1.1",
                name(Map.of("X-API-Key", List.of("address=1.1.1.1")), Map.of(), Map.of()));
    }

    @Test
    void what_an_untrusted_peer_says_of_others_is_ignored() {
        ClientNamer behind = new ClientNamer(ALL, trusting("10.0.0.0/8"));
        Map<String, List<String>> forged =
                Map.of("X-Forwarded-For", List.of("1.1.1.1"), "Forwarded", List.of("for=1.1.1.1"));
        for (ClientNamer each : List.of(namer, behind)) {
            Caller caller = each.identify(new Request("9.9.9.9", forged));
            assertEquals(new Caller("address=9.9.9.9", "9.9.9.9", false, Standing.ORDINARY), caller);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.1.1.1 | 1.1.1.1",
                "1.1.1.1, 10.0.0.2 | 1.1.1.1",
                "6.6.6.6, 1.1.1.1, 10.0.0.2 | 1.1.1.1",
                "6.6.6.6 ,\t1.1.1.1 | 1.1.1.1",
                "10.0.0.3, 10.0.0.2 | 10.0.0.3",
                "1.1.1.1:8080 | 1.1.1.1",
                "2001:db8::7 | 2001:db8::7",
                "[2001:db8::7] | 2001:db8::7",
                "[2001:DB8::7]:443 | 2001:db8::7",
                "::ffff:1.1.1.1 | 1.1.1.1",
                "6.6.6.6, garbage, 10.0.0.2 | 10.0.0.2",
                "6.6.6.6, , 10.0.0.2 | 10.0.0.2",
                "unknown | 10.0.0.1",
                "6.6.6.6, | 10.0.0.1",
                "'' | 10.0.0.1",
                "1.1.1.1:port | 10.0.0.1",
                "[1.1.1.1] | 10.0.0.1",
                "[::1]x | 10.0.0.1",
                "01.1.1.1 | 10.0.0.1"
            })
    void x_forwarded_for_is_read_right_to_left_through_trusted_hops(String line, String caller) {
        assertEquals(caller, behindProxy(line, NONE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "for=1.1.1.1 | 1.1.1.1",
                "For=\"1.1.1.1:80\";proto=http;by=10.0.0.1 | 1.1.1.1",
                "for=6.6.6.6, for=1.1.1.1;proto=https, for=10.0.0.2 | 1.1.1.1",
                "for=\"[2001:db8::7]:4711\" | 2001:db8::7",
                "for=\"[2001:db8::7]\";host=\"a,for=6.6.6.6\" | 2001:db8::7",
                "for=[2001:db8::7]:80 | 2001:db8::7",
                "for=6.6.6.6, for=_hidden, for=10.0.0.2 | 10.0.0.2",
                "for=unknown | 10.0.0.1",
                "for=6.6.6.6, proto=http | 10.0.0.1",
                "for=6.6.6.6;x=\", for=1.1.1.1 | 10.0.0.1",
                "for=6.6.6.6;x=\", for=\"1.1.1.1\" | 10.0.0.1",
                "for=1.1.1.1;for=6.6.6.6 | 10.0.0.1",
                "for=\"1.1.1\\.1\" | 1.1.1.1",
                "for= | 10.0.0.1",
                "for=1.1.1.1, | 10.0.0.1",
                "for=\"1.1.1.1\\ | 10.0.0.1",
                "garbage | 10.0.0.1"
            })
    void forwarded_is_read_right_to_left_through_trusted_hops(String line, String caller) {
        assertEquals(caller, behindProxy(NONE, line));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.1.1.1 | for=1.1.1.1 | 1.1.1.1",
                "1.1.1.1 | for=6.6.6.6 | 10.0.0.1",
                "1.1.1.1, 10.0.0.2 | for=6.6.6.6, for=10.0.0.2 | 10.0.0.2",
                "6.6.6.6, 1.1.1.1 | for=1.1.1.1 | 1.1.1.1",
                "1.1.1.1, 10.0.0.2 | for=10.0.0.2 | 10.0.0.2",
                "1.1.1.1 | garbage | 10.0.0.1"
            })
    void where_both_fields_are_there_a_hop_counts_only_if_they_agree(String lines, String forwarded, String caller) {
        assertEquals(caller, behindProxy(lines, forwarded));
    }

    @Test
    void lines_of_one_field_are_one_list() {
        ClientNamer behind = new ClientNamer(ALL, trusting("10.0.0.0/8"));
        for (Map<String, List<String>> headers : List.of(
                Map.of("X-Forwarded-For", List.of("6.6.6.6", "1.1.1.1, 10.0.0.3", "10.0.0.2")),
                Map.of("Forwarded", List.of("for=6.6.6.6", "for=1.1.1.1, for=10.0.0.3", "for=10.0.0.2")))) {
            assertEquals(
                    "1.1.1.1", behind.identify(new Request("10.0.0.1", headers)).address());
        }
    }

    @Property
    void whatever_a_client_sends_first_cannot_change_what_its_proxy_appended(
            @ForAll @CharRange(from = ' ', to = '~') String sent, @ForAll boolean quoted) {
        assertEquals("1.1.1.1", behindProxy(sent + ", 1.1.1.1", NONE));
        String appended = quoted ? "for=\"1.1.1.1\"" : "for=1.1.1.1";
        String address = behindProxy(NONE, sent + ", " + appended);
        assertTrue(address.equals("1.1.1.1") || address.equals("10.0.0.1"), address);
    }

    private static String behindProxy(String forwardedFor, String forwarded) {
        Map<String, List<String>> headers = new java.util.HashMap<>();
        if (!forwardedFor.equals(NONE)) {
            headers.put("X-Forwarded-For", List.of(forwardedFor));
        }
        if (!forwarded.equals(NONE)) {
            headers.put("Forwarded", List.of(forwarded));
        }
        Caller caller =
                new ClientNamer(ALL, trusting("10.0.0.0/8", "fd00::/8")).identify(new Request("10.0.0.1", headers));
        assertTrue(caller.peerTrusted());
        assertFalse(caller.client().isEmpty());
        return caller.address();
    }
}
