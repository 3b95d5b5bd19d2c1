package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.api.openapi.OfficialSchema;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What is told of routes over a real Postgres, held against the official schema and against what the routes answer. */
class OpenApiIT {
    private static final String YAML = """
            limits:
              fair: { algorithm: fixed-window, quota: 100000, window: 1d, key: [address] }
            routes:
              parcel:
                path: /parcels/{id}
                limits: [fair]
                cache: { ttl: 10m, tags: ["parcel:{id}"] }
                postgres: { sql: "SELECT * FROM parcel WHERE id = :id", returns: row }
              parcels:
                path: /parcels
                postgres:
                  sql: SELECT id, weight, state, made, note FROM parcel
                  returns: page
                  filters: { state: [eq, in], weight: [gte, lte], note: prefix, id: in }
                  page: { style: keyset, order: [weight desc, id], size: 2, max-size: 50 }
              turned:
                path: /turned
                postgres:
                  sql: SELECT id, state FROM parcel
                  returns: page
                  page: { style: offset, order: [id], size: 2, max-size: 9, total: exact }
              signed:
                path: /signed
                postgres:
                  sql: SELECT id, state FROM parcel
                  returns: page
                  page: { style: cursor, order: [id], size: 2, max-size: 9, total: estimated }
              states:
                path: /parcels/{id}/states
                postgres: { sql: "SELECT state, states FROM parcel WHERE id = :id AND made > :since", returns: rows, max-rows: 7 }
              count:
                path: /count
                postgres: { sql: "SELECT count(*) FROM parcel", returns: value }
              add:
                path: /parcels
                methods: [POST]
                postgres:
                  sql: INSERT INTO parcel (id, weight, state, tags, extra, open) VALUES (:body.id, :body.weight, :body.state, :body.tags, :body.extra, :body.flags.open) RETURNING id, weight, state
                  returns: row
                  status: 201
              change:
                path: /parcels/{key}
                methods: [PUT, PATCH]
                postgres: { sql: "UPDATE parcel SET weight = :body.weight WHERE id = :key RETURNING id, weight", returns: row, idempotency-key: required }
              drop:
                path: /parcels/{id}
                methods: [DELETE]
                postgres: { sql: "DELETE FROM parcel WHERE id = :id", returns: none, matches: parcel }
              behind:
                path: /behind/**
                http: { url: "http://127.0.0.1:1" }
            """;

    private static SluiceProcess sluice;
    private static JsonObject document;

    @BeforeAll
    static void start() {
        Postgres.execute("""
                CREATE TYPE parcel_state AS ENUM ('open', 'on', 'it''s "gone"');
                CREATE TYPE "par'cel\\odd" AS ENUM ('x');
                CREATE DOMAIN parcel_weight AS numeric(12, 3) CHECK (VALUE >= 0);
                CREATE DOMAIN parcel_net AS parcel_weight;
                CREATE TYPE parcel_side AS (width int, colour parcel_state);
                CREATE TABLE parcel (id int8 PRIMARY KEY, weight parcel_weight, net parcel_net, state parcel_state, states parcel_state[],
                    sides parcel_side[], key uuid, day date, made timestamptz, "local" timestamp, at time, open bool, note text,
                    tags text[], extra jsonb, raw bytea, spent money, lasts interval, small int2, ratio float8, "order" "char", odd "par'cel\\odd");
                INSERT INTO parcel (id, weight, state, note) VALUES (1, 1.500, 'open', 'a'), (2, NULL, 'on', NULL), (3, 7, 'it''s "gone"', 'ab');
                INSERT INTO parcel VALUES (4, 2.5, 2.5, 'open', '{open,NULL}', ARRAY[ROW(1, 'on')::parcel_side], gen_random_uuid(), '2024-02-29',
                    now(), '2024-02-29 12:00', '12:34:56', true, 'x', '{a,NULL}', '{"a": [1]}', '\\xdead', 1.5, '1 day', 3, 0.25, 'c');
                """);
        sluice = SluiceProcess.setup(YAML).postgres(Postgres.url()).start();
        document = new JsonObject(sluice.get("/_sluice/openapi").body());
    }

    @AfterAll
    static void stop() {
        sluice.close();
    }

    private static JsonObject operation(String path, String method) {
        return document.getJsonObject("paths").getJsonObject(path).getJsonObject(method);
    }

    private static JsonObject parameter(JsonObject operation, String in, String name) {
        return operation.getJsonArray("parameters").stream()
                .map(one -> (JsonObject) one)
                .filter(one -> one.getString("name").equals(name)
                        && one.getString("in").equals(in))
                .findFirst()
                .orElseThrow();
    }

    private static JsonObject answer(JsonObject operation, int status) {
        return operation
                .getJsonObject("responses")
                .getJsonObject(Integer.toString(status))
                .getJsonObject("content")
                .getJsonObject("application/json")
                .getJsonObject("schema");
    }

    private static JsonObject schema(String name) {
        return document.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
    }

    private static JsonObject property(String name, String column) {
        return schema(name).getJsonObject("properties").getJsonObject(column);
    }

    private static void assertFits(JsonObject schema, HttpResponse<String> reply, int status) {
        assertEquals(status, reply.statusCode(), reply::body);
        Object value = Json.decodeValue(reply.body());
        assertTrue(
                OfficialSchema.fits(document, schema, value),
                () -> reply.body() + " "
                        + OfficialSchema.judge(document, schema, value).toJson().encodePrettily());
    }

    @Test
    void the_document_is_one_by_the_official_schema() throws Exception {
        OfficialSchema.assertValid(document);
        assertEquals("3.1.0", document.getString("openapi"));
    }

    @Test
    void answers_are_what_the_document_says() {
        for (int id = 1; id <= 4; id++) {
            assertFits(answer(operation("/parcels/{id}", "get"), 200), sluice.get("/parcels/" + id), 200);
        }
        String first = "/parcels";
        assertFits(answer(operation("/parcels", "get"), 200), sluice.get(first), 200);
        assertFits(
                answer(operation("/parcels", "get"), 200),
                sluice.get("/parcels?limit=50&state.in=open,on&after=%5Bnull,2%5D"),
                200);
        assertFits(answer(operation("/turned", "get"), 200), sluice.get("/turned?offset=1"), 200);
        assertFits(answer(operation("/signed", "get"), 200), sluice.get("/signed"), 200);
        assertFits(
                answer(operation("/parcels/{id}/states", "get"), 200),
                sluice.get("/parcels/4/states?since=2020-01-01T00:00:00Z"),
                200);
        assertFits(answer(operation("/count", "get"), 200), sluice.get("/count"), 200);
        assertFits(new JsonObject().put("$ref", "#/components/schemas/Problem"), sluice.get("/parcels/none"), 400);
    }

    @Test
    void another_shape_is_not_what_the_document_says() {
        JsonObject page = answer(operation("/turned", "get"), 200);
        JsonObject told = new JsonObject(sluice.get("/turned").body());
        assertTrue(OfficialSchema.fits(document, page, told));
        told.getJsonArray("data").getJsonObject(0).put("state", "closed");
        assertFalse(OfficialSchema.fits(document, page, told));
    }

    @Test
    void columns_have_the_types_that_postgres_gives_them() {
        assertEquals(
                "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}",
                property("parcel", "id").encode());
        assertEquals(
                "{\"type\":[\"number\",\"null\"]}", property("parcel", "net").encode());
        assertEquals(
                new JsonArray().add("open").add("on").add("it's \"gone\"").addNull(),
                property("parcel", "state").getJsonArray("enum"));
        assertEquals("uuid", property("parcel", "key").getString("format"));
        assertEquals("date", property("parcel", "day").getString("format"));
        assertEquals("date-time", property("parcel", "made").getString("format"));
        assertEquals("date-time-local", property("parcel", "local").getString("format"));
        assertEquals(
                "{\"type\":[\"boolean\",\"null\"]}", property("parcel", "open").encode());
        assertEquals("{}", property("parcel", "extra").encode());
        assertEquals(
                "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":[\"string\",\"null\"]}}",
                property("parcel", "tags").encode());
        assertEquals(
                "[\"x\",null]", property("parcel", "odd").getJsonArray("enum").encode());
        JsonObject side = property("parcel", "sides").getJsonObject("items").getJsonObject("properties");
        assertEquals(Set.of("width", "colour"), side.fieldNames());
        assertEquals(4, side.getJsonObject("colour").getJsonArray("enum").size());
    }

    @Test
    void a_read_tells_its_key_its_validation_and_its_limits() {
        JsonObject read = operation("/parcels/{id}", "get");
        assertEquals("parcel", read.getString("operationId"));
        JsonObject id = parameter(read, "path", "id");
        assertTrue(id.getBoolean("required"));
        assertEquals("int64", id.getJsonObject("schema").getString("format"));
        parameter(read, "header", "If-None-Match");
        assertEquals(
                Set.of("200", "206", "304", "400", "404", "416", "429", "502", "503", "504"),
                read.getJsonObject("responses").fieldNames());
        JsonObject headers =
                read.getJsonObject("responses").getJsonObject("200").getJsonObject("headers");
        assertEquals(Set.of("RateLimit-Policy", "RateLimit", "Cache-Status", "ETag", "Age"), headers.fieldNames());
        // A limit denies before the cache is asked.
        assertEquals(
                Set.of("RateLimit-Policy", "RateLimit", "Retry-After"),
                read.getJsonObject("responses")
                        .getJsonObject("429")
                        .getJsonObject("headers")
                        .fieldNames());
        HttpResponse<String> reply = sluice.get("/parcels/1");
        headers.fieldNames()
                .forEach(name -> assertTrue(reply.headers().firstValue(name).isPresent(), name));
    }

    @Test
    void a_page_tells_its_filters_and_its_ways() {
        JsonObject page = operation("/parcels", "get");
        assertEquals(
                "{\"type\":\"string\",\"enum\":[\"open\",\"on\",\"it's \\\"gone\\\"\"]}",
                parameter(page, "query", "state").getJsonObject("schema").encode());
        JsonObject in = parameter(page, "query", "state.in");
        assertEquals("form", in.getString("style"));
        assertFalse(in.getBoolean("explode"));
        assertEquals("string", in.getJsonObject("schema").getJsonObject("items").getString("type"));
        assertEquals(
                "{\"type\":\"integer\",\"format\":\"int64\"}",
                parameter(page, "query", "id")
                        .getJsonObject("schema")
                        .getJsonObject("items")
                        .encode());
        assertEquals(
                "{\"type\":\"number\"}",
                parameter(page, "query", "weight.gte").getJsonObject("schema").encode());
        assertEquals(
                "note begins so. Also: note.prefix, note[prefix]",
                parameter(page, "query", "note").getString("description"));
        JsonObject limit = parameter(page, "query", "limit").getJsonObject("schema");
        assertEquals(
                List.of(1, 50, 2),
                List.of(limit.getInteger("minimum"), limit.getInteger("maximum"), limit.getInteger("default")));
        JsonObject after = parameter(page, "query", "after")
                .getJsonObject("content")
                .getJsonObject("application/json")
                .getJsonObject("schema");
        assertEquals(2, after.getInteger("minItems"));
        assertFalse(page.getJsonArray("parameters").stream()
                .anyMatch(one -> Boolean.TRUE.equals(((JsonObject) one).getBoolean("required"))));
        assertTrue(page.getJsonObject("responses")
                .getJsonObject("200")
                .getJsonObject("headers")
                .containsKey("Link"));
        assertNull(page.getJsonObject("responses").getJsonObject("404"));
    }

    @Test
    void a_parameter_of_the_sql_that_no_path_has_is_required_in_the_query() {
        JsonObject since = parameter(operation("/parcels/{id}/states", "get"), "query", "since");
        assertTrue(since.getBoolean("required"));
        assertEquals("date-time", since.getJsonObject("schema").getString("format"));
        assertEquals(400, sluice.get("/parcels/4/states").statusCode());
        assertEquals(7, answer(operation("/parcels/{id}/states", "get"), 200).getInteger("maxItems"));
    }

    @Test
    void a_write_tells_its_body() {
        JsonObject add = operation("/parcels", "post");
        JsonObject body = add.getJsonObject("requestBody");
        assertTrue(body.getBoolean("required"));
        JsonObject schema = schema("add.body");
        assertEquals(
                new JsonArray(List.of("extra", "flags", "id", "state", "tags", "weight")),
                schema.getJsonArray("required"));
        assertFalse(schema.getBoolean("additionalProperties"));
        assertEquals(
                "{\"type\":[\"number\",\"null\"]}",
                property("add.body", "weight").encode());
        assertEquals(
                "[\"boolean\",\"null\"]",
                property("add.body", "flags")
                        .getJsonObject("properties")
                        .getJsonObject("open")
                        .getJsonArray("type")
                        .encode());
        assertTrue(add.getJsonObject("responses")
                .fieldNames()
                .containsAll(Set.of("201", "400", "409", "413", "415", "422", "503", "504")));
        JsonObject given = new JsonObject()
                .put("id", 90)
                .put("weight", 2.5)
                .put("state", "on")
                .put("tags", new JsonArray().add("a").addNull())
                .put("extra", new JsonObject().put("any", 1))
                .put("flags", new JsonObject().put("open", false));
        assertTrue(OfficialSchema.fits(document, schema, given));
        assertFits(
                answer(add, 201),
                sluice.send("POST", "/parcels", given.encode(), "Content-Type", "application/json"),
                201);
        JsonObject wrong = given.copy().put("id", 91).put("state", "off");
        assertFalse(OfficialSchema.fits(document, schema, wrong));
        assertEquals(
                400,
                sluice.send("POST", "/parcels", wrong.encode(), "Content-Type", "application/json")
                        .statusCode());
        JsonObject more = given.copy().put("id", 91).put("more", 1);
        assertFalse(OfficialSchema.fits(document, schema, more));
    }

    @Test
    void paths_that_are_the_same_but_for_a_name_are_one() {
        assertNull(document.getJsonObject("paths").getJsonObject("/parcels/{key}"));
        JsonObject put = operation("/parcels/{id}", "put");
        assertEquals("change-put", put.getString("operationId"));
        assertEquals("change-patch", operation("/parcels/{id}", "patch").getString("operationId"));
        assertEquals(
                "int64", parameter(put, "path", "id").getJsonObject("schema").getString("format"));
        assertTrue(parameter(put, "header", "Idempotency-Key").getBoolean("required"));
        JsonObject drop = operation("/parcels/{id}", "delete");
        parameter(drop, "header", "If-Match");
        JsonObject done = drop.getJsonObject("responses").getJsonObject("204");
        assertNull(done.getJsonObject("content"));
        assertTrue(drop.getJsonObject("responses").containsKey("412"));
    }

    @Test
    void what_an_api_behind_answers_is_not_told() {
        JsonObject any = operation("/behind/{rest}", "get");
        assertEquals(
                Set.of("default", "502", "503", "504"),
                any.getJsonObject("responses").fieldNames());
        parameter(any, "path", "rest");
    }

    @Test
    void the_document_is_kept_and_validated() {
        HttpResponse<String> reply = sluice.get("/_sluice/openapi");
        String etag = reply.headers().firstValue("etag").orElseThrow();
        assertEquals(
                "application/json", reply.headers().firstValue("content-type").orElse(""));
        HttpResponse<String> again = sluice.get("/_sluice/openapi", "If-None-Match", etag);
        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
        assertEquals(400, sluice.get("/_sluice/openapi?format=xml").statusCode());
    }

    @Test
    void yaml_says_the_same() {
        HttpResponse<String> reply = sluice.get("/_sluice/openapi", "Accept", "application/yaml");
        assertEquals(
                "application/yaml", reply.headers().firstValue("content-type").orElse(""));
        Object yaml = new Load(LoadSettings.builder().build()).loadFromString(reply.body());
        assertEquals(document, new JsonObject(Json.encode(yaml)));
        assertEquals(reply.body(), sluice.get("/_sluice/openapi?format=yaml").body());
        // A text that YAML 1.1 takes for a boolean.
        assertTrue(reply.body().contains("- \"on\"\n"), reply.body());
    }

    @Test
    void a_reload_and_a_database_that_comes_are_told() throws Exception {
        String route = """
                routes:
                  late:
                    path: /late/{id}
                    postgres: { sql: "SELECT id, state FROM parcel WHERE id = :id", returns: row }
                """;
        try (Relay relay = new Relay(Postgres.port());
                SluiceProcess own = SluiceProcess.setup(route)
                        .postgres(Postgres.url(relay.port()))
                        .start()) {
            HttpResponse<String> before = own.get("/_sluice/openapi");
            JsonObject unknown = new JsonObject(before.body());
            OfficialSchema.assertValid(unknown);
            JsonObject operation =
                    unknown.getJsonObject("paths").getJsonObject("/late/{id}").getJsonObject("get");
            assertTrue(operation.getString("description").contains("not known"));
            relay.open();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> own.get("/_sluice/openapi").body().contains("it's \\\"gone\\\""));
            assertNotEquals(
                    before.headers().firstValue("etag"),
                    own.get("/_sluice/openapi").headers().firstValue("etag"));
            own.rewrite(
                    "openapi: { title: Parcels, version: '7', servers: [https://api.example.org/v7], http: false }\n"
                            + route + "  other: { path: /other, http: { url: 'http://127.0.0.1:1' } }\n");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> own.get("/_sluice/openapi").body().contains("Parcels"));
            JsonObject now = new JsonObject(own.get("/_sluice/openapi").body());
            OfficialSchema.assertValid(now);
            assertEquals("7", now.getJsonObject("info").getString("version"));
            assertEquals(
                    "https://api.example.org/v7",
                    now.getJsonArray("servers").getJsonObject(0).getString("url"));
            assertEquals(Set.of("/late/{id}"), now.getJsonObject("paths").fieldNames());
            own.rewrite("openapi: off\n" + route);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> own.get("/_sluice/openapi").statusCode() == 404);
        }
    }
}
