package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.CacheKey;
import io.sluice.client.ClientNamer;
import io.sluice.client.TrustedProxies;
import io.sluice.origin.Origin;
import io.sluice.route.PathPattern;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UrlKeysTest {
    private static final Origin NO_ORIGIN = call -> {
        throw new AssertionError("no test of keys asks an origin");
    };
    private static final RouteTable TABLE = new RouteTable(
            List.of(
                    route("api", "/api/**", Set.of(), new Target.Http(NO_ORIGIN, "h", Duration.ZERO)),
                    route("writes", "/writes", Set.of("POST"), new Target.Http(NO_ORIGIN, "w", Duration.ZERO)),
                    route(
                            "row",
                            "/rows/{id}",
                            Set.of("GET"),
                            new Target.Postgres(NO_ORIGIN, List.of("id", "lang"), "p")),
                    route("page", "/pages/{shop}", Set.of("GET"), page()),
                    route("own", "/_sluice/quota", Set.of(), new Target.Own())),
            new ClientNamer(List.of(), TrustedProxies.NONE));

    private static Route route(String name, String path, Set<String> methods, Target target) {
        return new Route(name, new PathPattern(path), methods, List.of(), null, target);
    }

    /** Its SQL does not use the parameter of its path. */
    private static Target.Postgres page() {
        return new Target.Postgres(NO_ORIGIN, List.of(), List.of("limit"), true, null, null, "q");
    }

    private static Set<String> texts(String url) {
        return assertInstanceOf(UrlKeys.Found.class, UrlKeys.of(url, TABLE)).keys().stream()
                .map(CacheKey::text)
                .collect(Collectors.toSet());
    }

    @Test
    void a_url_of_an_http_route_has_a_key_for_each_way_its_request_may_come() {
        assertEquals(
                Set.of(
                        "h http shop:81 /api/x?a=%20&b",
                        "h http shop:81 /api/x?a=%20&b [https] []",
                        "h http shop:81 /api/x?a=%20&b [] [shop:81]",
                        "h http shop:81 /api/x?a=%20&b [https] [shop:81]",
                        "h https shop:81 /api/x?a=%20&b",
                        "h https shop:81 /api/x?a=%20&b [https] []",
                        "h https shop:81 /api/x?a=%20&b [] [shop:81]",
                        "h https shop:81 /api/x?a=%20&b [https] [shop:81]"),
                texts("https://shop:81/api/x?a=%20&b"));
    }

    @Test
    void equivalent_authorities_have_the_same_keys() {
        assertTrue(texts("HTTPS://Shop:443/api/x").contains("h https shop /api/x"));
        assertTrue(texts("http://SHOP:80/api/x").contains("h http shop /api/x"));
    }

    @Test
    void a_url_without_a_path_has_the_root() {
        RouteTable root = new RouteTable(
                List.of(route("all", "/**", Set.of(), new Target.Http(NO_ORIGIN, "h", Duration.ZERO))),
                new ClientNamer(List.of(), TrustedProxies.NONE));
        for (String url : new String[] {"http://shop", "HTTP://shop/"}) {
            UrlKeys.Found found = assertInstanceOf(UrlKeys.Found.class, UrlKeys.of(url, root));
            assertEquals(new CacheKey("all", "h http shop /"), found.keys().get(0));
        }
    }

    @Test
    void a_url_of_a_postgres_route_has_the_key_of_its_values() {
        assertEquals(Set.of("p 3:a b 2:de"), texts("http://any/rows/a%20b?lang=de"));
    }

    @Test
    void a_url_of_a_page_has_its_path_too_which_the_page_links_to() {
        assertEquals(Set.of("q 8:/pages/1 limit 1:7"), texts("http://any/pages/1?limit=7"));
        assertEquals(Set.of("q 8:/pages/2"), texts("http://any/pages/2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/x",
                "shop/api/x",
                "ftp://shop/api/x",
                "http:///api/x",
                "http://user@shop/api/x",
                "http://sh op/api/x",
                "http://shop/api/x y",
                "http://shop/api/x#part",
                "http://shop/api/x?q=#part",
                "http://shop/api/ä",
                "http://shop/api/../x",
                "http://shop/api/%2e%2e/x",
                "http://shop/api/%zz",
                "http://shop/api/\n",
                "http://shop/elsewhere",
                "http://shop/writes",
                "http://shop/_sluice/quota",
                "http://shop/rows/1",
                "http://shop/rows/1?lang=a&lang=b",
                "http://shop/rows/%ff?lang=de",
                "http://shop/pages/1?limit=%zz"
            })
    void a_url_that_no_answer_is_stored_under_says_why(String url) {
        assertInstanceOf(UrlKeys.None.class, UrlKeys.of(url, TABLE));
    }
}
