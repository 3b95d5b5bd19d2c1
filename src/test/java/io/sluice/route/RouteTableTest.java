package io.sluice.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
    private static final RouteTable TABLE = Tables.of(List.of(
            "/",
            "/products",
            "/products/{id}",
            "/products/new",
            "/products/{id}/reviews/{nr}",
            "/products/**",
            "/api/**",
            "/api/*/x",
            "/caf\u00e9/{x}",
            "/files/a%2Fb",
            "GET /read",
            "POST,PUT /write",
            "GET /mixed/{a}",
            "/mixed/**",
            "GET /_sluice/quota"));

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "//, /",
        "/products, /products",
        "/products/, /products",
        "//products, /products",
        "/products/7, /products/{id}",
        "/products/new, /products/new",
        "/products/ne%77, /products/new",
        "/products/7/reviews/2, /products/{id}/reviews/{nr}",
        "/products/7/reviews, /products/**",
        "/products/7/reviews/2/x, /products/**",
        "/api, /api/**",
        "/api/, /api/**",
        "/api/a/b/c/d/e/f/g, /api/**",
        "/api/1/x, /api/*/x",
        "/api/1/y, /api/**",
        "/Products, 404",
        "/nowhere, 404",
        "/caf%C3%A9/1, /caf\u00e9/{x}",
        "/caf\u00c3\u00a9/1, /caf\u00e9/{x}",
        "/files/a%2fb, /files/a%2Fb"
    })
    void the_most_specific_path_wins(String path, String route) {
        assertEquals(route, Tables.match(TABLE, "GET", path));
    }

    @ParameterizedTest
    @CsvSource({
        "/api%2F1%2Fx, /api/*/x",
        "/products%2Fnew, /products/new",
        "/products/a%2Fb, /products/{id}",
        "/products\\new, /products/new",
        "/products%5Cnew, /products/new",
        "/%2Fproducts, /products",
        "/products/7%2Freviews%2F2, /products/{id}/reviews/{nr}"
    })
    void an_encoded_slash_is_read_both_ways_and_the_more_specific_route_wins(String path, String route) {
        assertEquals(route, Tables.match(TABLE, "GET", path));
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, /read, GET /read",
        "GET, /read, GET /read",
        "POST, /read, '405 GET,HEAD'",
        "GET, /write, '405 POST,PUT'",
        "PUT, /write, 'POST,PUT /write'",
        "HEAD, /write, '405 POST,PUT'",
        "GET, /mixed/1, GET /mixed/{a}",
        "POST, /mixed/1, /mixed/**",
        "PURGE, /api/1, /api/**"
    })
    void a_route_takes_its_methods_and_head_where_it_takes_get(String method, String path, String route) {
        assertEquals(route, Tables.match(TABLE, method, path));
    }

    @ParameterizedTest
    @CsvSource({
        "/_sluice/quota",
        "//_sluice/quota",
        "/%5fsluice/quota",
        "/_sluice/%71uota/",
        "/_sluice%2Fquota",
        "/_sluice\\quota"
    })
    void no_other_route_takes_the_services_own_paths(String path) {
        RouteTable table = Tables.of(List.of("/**", "/{a}/{b}", "/{a}", "GET /_sluice/quota"));
        assertEquals("GET /_sluice/quota", Tables.match(table, "GET", path));
        assertEquals("405 GET,HEAD", Tables.match(table, "POST", path));
        assertEquals("404", Tables.match(Tables.of(List.of("/**", "/{a}/{b}", "/{a}")), "GET", path));
    }

    @Test
    void parameters_are_decoded() {
        assertEquals(
                Map.of("id", "a b/\u00fc"), found("/products/a%20b%2F%C3%BC").parameters());
        assertEquals(
                Map.of("id", "1", "nr", "%2F"),
                found("/products/1//reviews/%252F").parameters());
        assertEquals(null, found("/products/%F0%9F%98%80").undecodable());
    }

    @Test
    void a_parameter_that_is_not_utf8_is_named() {
        assertEquals("id", found("/products/%E9").undecodable());
        assertEquals("nr", found("/products/1/reviews/%C0%AE").undecodable());
        assertEquals(null, found("/api/%E9").undecodable());
    }

    private static Match.Found found(String path) {
        return assertInstanceOf(Match.Found.class, TABLE.match("GET", path));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~ | a path starts with '/' | 0",
                "a/b | a path starts with '/' | 0",
                "/a?b=1 | a path has no query | 2",
                "/a/**/b | '**' is only for the end of a path | 3",
                "/a/x* | '*' and '**' stand for whole segments; write %2A for the character | 3",
                "/a/x{id} | a parameter stands for a whole segment, as in /products/{id} | 3",
                "/a/{id | a parameter stands for a whole segment, as in /products/{id} | 3",
                "/a/{} | '' is no name for a parameter: letters, digits, '_' and '-', a letter first | 3",
                "/a/{1} | '1' is no name for a parameter: letters, digits, '_' and '-', a letter first | 3",
                "/{id}/{id} | the parameter 'id' is there twice | 6",
                "/a/../b | no request has this path: a dot segment in the path | 0",
                "/a/%zz | no request has this path: broken percent-encoding in the path | 0"
            })
    void what_is_no_pattern_says_why_and_where(String text, String message, int offset) {
        assertEquals(new PathPattern.Bad(message, offset), PathPattern.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a/, true",
        "/a/{x}, /a/{y}, true",
        "/a/{x}, /a/*, true",
        "/a//b, /a/b, true",
        "/%61, /a, true",
        "/a, /A, false",
        "/a/{x}, /a/**, false",
        "/a, /a/**, false"
    })
    void patterns_are_the_same_when_they_take_the_same_paths(String a, String b, boolean same) {
        assertEquals(same, new PathPattern(a).sameAs(new PathPattern(b)));
    }
}
