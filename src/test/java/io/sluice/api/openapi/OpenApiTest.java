package io.sluice.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.ConfigReader;
import io.sluice.config.Origins;
import io.sluice.config.Read;
import io.sluice.config.RouteCompiler;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.Description;
import io.sluice.origin.Origin;
import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.route.ApiInfo;
import io.sluice.route.RouteTable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a table is told as, whatever is behind its routes. */
class OpenApiTest {
    private static final JsonObject WHOLE = new JsonObject().put("type", "integer");
    private static final String SQL = ", postgres: { sql: 'SELECT :id', returns: value } }\n";

    private final Map<String, Description> said = new HashMap<>();

    /** An origin that only says what it is. */
    private final class Stub implements Origin, Origins {
        private final String route;

        Stub(String route) {
            this.route = route;
        }

        @Override
        public Uni<Answer> ask(Call call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable Description describe() {
            return said.computeIfAbsent(route, name -> value("id"));
        }

        @Override
        public Origin http(HttpSpec spec) {
            return new Stub(spec.route());
        }

        @Override
        public Origin postgres(PostgresSpec spec) {
            return new Stub(spec.route());
        }
    }

    private static Description value(String parameter) {
        return new Description(
                true,
                List.of(new Description.Parameter(parameter, WHOLE, Description.Style.PLAIN, true, "")),
                null,
                new Description.Gives.One(WHOLE),
                200,
                false,
                Description.Retries.IGNORED);
    }

    private RouteTable table(String yaml) {
        Read read = ConfigReader.read("s.yaml", yaml, name -> null);
        Read.Ok ok = assertInstanceOf(Read.Ok.class, read, read::toString);
        return RouteCompiler.compile(ok.config(), new Stub("")).table();
    }

    private static ApiInfo info(RouteTable table) {
        return Objects.requireNonNull(table.questions().api());
    }

    private JsonObject document(String yaml) throws Exception {
        RouteTable table = table(yaml);
        byte[] bytes = new OpenApi().json(table, info(table)).bytes();
        JsonObject document = new JsonObject(new String(bytes, StandardCharsets.UTF_8));
        OfficialSchema.assertValid(document);
        return document;
    }

    private static JsonObject operation(JsonObject document, String path, String method) {
        return document.getJsonObject("paths").getJsonObject(path).getJsonObject(method);
    }

    private static Set<String> statuses(JsonObject operation) {
        return operation.getJsonObject("responses").fieldNames();
    }

    @Test
    void a_table_without_routes_is_a_document_too() throws Exception {
        assertEquals(
                "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"API\",\"version\":\"1.0.0\"},\"paths\":{}}",
                document("clients: [address]\n").encode());
    }

    @Test
    void patterns_become_templates() throws Exception {
        JsonObject document = document("routes:\n"
                + "  a: { path: '/a/{id}/*/*'" + SQL
                + "  b: { path: '/{any}/b/*'" + SQL
                + "  c: { path: '/**', http: { url: 'http://h' } }\n"
                + "  d: { path: '/d%7Bx%7D/ü/100%25'" + SQL);
        assertEquals(
                Set.of("/a/{id}/{any}/{any2}", "/{any}/b/{any2}", "/{rest}", "/d%7Bx%7D/%C3%BC/100%25"),
                document.getJsonObject("paths").fieldNames());
        JsonObject a = operation(document, "/a/{id}/{any}/{any2}", "get");
        assertEquals(3, a.getJsonArray("parameters").size());
        assertEquals(
                "{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"integer\"}}",
                a.getJsonArray("parameters").getJsonObject(0).encode());
        JsonObject d = operation(document, "/d%7Bx%7D/%C3%BC/100%25", "get");
        assertEquals("query", d.getJsonArray("parameters").getJsonObject(0).getString("in"));
    }

    @Test
    void methods_without_a_place_are_left_out_and_head_goes_with_get() throws Exception {
        JsonObject document = document("routes:\n"
                + "  a: { path: /a, methods: [GET, HEAD, PURGE], http: { url: 'http://h' } }\n"
                + "  b: { path: /b, methods: [PURGE], http: { url: 'http://h' } }\n"
                + "  c: { path: /c, http: { url: 'http://h' } }\n");
        assertEquals(Set.of("/a", "/c"), document.getJsonObject("paths").fieldNames());
        assertEquals(
                Set.of("get"),
                document.getJsonObject("paths").getJsonObject("/a").fieldNames());
        assertEquals(
                Set.of("get", "post", "put", "patch", "delete"),
                document.getJsonObject("paths").getJsonObject("/c").fieldNames());
        assertNotNull(operation(document, "/c", "post").getJsonObject("requestBody"));
        assertNull(operation(document, "/c", "get").getJsonObject("requestBody"));
    }

    @Test
    void operations_never_share_an_id() throws Exception {
        JsonObject document = document("routes:\n"
                + "  a: { path: /a, methods: [GET, POST], http: { url: 'http://h' } }\n"
                + "  a-get: { path: /b, methods: [GET], http: { url: 'http://h' } }\n");
        assertEquals("a-get", operation(document, "/a", "get").getString("operationId"));
        assertEquals("a-get-2", operation(document, "/b", "get").getString("operationId"));
    }

    @Test
    void a_limit_is_told_by_its_own_status_and_body() throws Exception {
        JsonObject document = document("headers: both\nlimits:\n"
                + "  fair: { algorithm: fixed-window, quota: 9, window: 1m, key: [address] }\n"
                + "  sold: { algorithm: fixed-window, quota: 9, window: 1m, key: [address], status: 404, body: '{\"sold\": 1}' }\n"
                + "  silent: { algorithm: fixed-window, quota: 9, window: 1m, key: [address], shadow: true }\n"
                + "routes:\n"
                + "  a: { path: '/a/{id}', limits: [fair, sold, silent]" + SQL
                + "  b: { path: '/b/{id}', limits: [silent]" + SQL);
        JsonObject a = operation(document, "/a/{id}", "get");
        assertEquals(Set.of("200", "400", "404", "429", "502", "503", "504"), statuses(a));
        JsonObject both = a.getJsonObject("responses").getJsonObject("404");
        assertEquals("no row has these values; over a limit", both.getString("description"));
        assertEquals(
                Set.of("application/problem+json", "application/json"),
                both.getJsonObject("content").fieldNames());
        assertEquals(
                Set.of(
                        "RateLimit-Policy",
                        "RateLimit",
                        "X-RateLimit-Limit",
                        "X-RateLimit-Remaining",
                        "X-RateLimit-Reset",
                        "Retry-After"),
                both.getJsonObject("headers").fieldNames());
        JsonObject b = operation(document, "/b/{id}", "get");
        assertEquals(Set.of("200", "400", "404", "502", "503", "504"), statuses(b));
        assertNull(b.getJsonObject("responses").getJsonObject("200").getJsonObject("headers"));
    }

    @Test
    void who_a_caller_must_be_is_told() throws Exception {
        JsonObject document = document("jwt: { jwks: 'http://issuer/jwks.json' }\ndenied: [192.0.2.1]\nroutes:\n"
                + "  a: { path: '/a/{id}', role: 'jwt:role'" + SQL
                + "  b: { path: '/b/{id}', role: ['jwt:role', anon]" + SQL
                + "  c: { path: '/c/{id}'" + SQL);
        JsonObject a = operation(document, "/a/{id}", "get");
        assertEquals("[{\"token\":[]}]", a.getJsonArray("security").encode());
        assertTrue(statuses(a).containsAll(Set.of("401", "403")));
        JsonObject b = operation(document, "/b/{id}", "get");
        assertEquals("[{},{\"token\":[]}]", b.getJsonArray("security").encode());
        assertFalse(statuses(b).contains("401"));
        JsonObject c = operation(document, "/c/{id}", "get");
        assertNull(c.getJsonArray("security"));
        assertTrue(statuses(c).contains("403"));
        assertEquals(
                "bearer",
                document.getJsonObject("components")
                        .getJsonObject("securitySchemes")
                        .getJsonObject("token")
                        .getString("scheme"));
    }

    @Test
    void a_document_is_made_once_for_what_is_told() {
        RouteTable table = table("routes:\n  a: { path: '/a/{id}'" + SQL);
        OpenApi documents = new OpenApi();
        OpenApi.Text first = documents.json(table, info(table));
        assertSame(first, documents.json(table, info(table)));
        said.put("a", value("other"));
        OpenApi.Text second = documents.json(table, info(table));
        assertNotSame(first, second);
        assertFalse(first.etag().equals(second.etag()));
        RouteTable reloaded = table("openapi: { title: New }\nroutes:\n  a: { path: '/a/{id}'" + SQL);
        assertTrue(
                new String(documents.json(reloaded, info(reloaded)).bytes(), StandardCharsets.UTF_8).contains("New"));
    }

    @Test
    void own_endpoints_are_not_told_and_http_only_where_it_is_wanted() throws Exception {
        String routes = "routes:\n  q: { path: /_sluice/quota }\n  h: { path: /h, http: { url: 'http://h' } }\n";
        assertEquals(Set.of("/h"), document(routes).getJsonObject("paths").fieldNames());
        assertEquals(
                Set.of(),
                document("openapi: { http: false }\n" + routes)
                        .getJsonObject("paths")
                        .fieldNames());
        assertNull(table("openapi: off\n" + routes).questions().api());
    }
}
