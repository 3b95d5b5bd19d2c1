package io.sluice.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.admin.PurgeReader.Reading;
import io.sluice.client.ClientNamer;
import io.sluice.client.TrustedProxies;
import io.sluice.gateway.Problem;
import io.sluice.origin.Origin;
import io.sluice.route.PathPattern;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PurgeReaderTest {
    private static final Origin NO_ORIGIN = call -> {
        throw new AssertionError("no test of purges asks an origin");
    };
    private static final RouteTable TABLE = new RouteTable(
            List.of(
                    route("api", "/api/**", new Target.Http(NO_ORIGIN, "h", Duration.ZERO)),
                    route("own", "/_sluice/quota", new Target.Own())),
            new ClientNamer(List.of(), TrustedProxies.NONE));

    private static Route route(String name, String path, Target target) {
        return new Route(name, new PathPattern(path), Set.of(), List.of(), null, target);
    }

    private static Purge wanted(String body) {
        return asked(body).purge();
    }

    private static Reading.Wanted asked(String body) {
        return assertInstanceOf(Reading.Wanted.class, PurgeReader.read(Buffer.buffer(body), TABLE));
    }

    private static Problem refused(String body) {
        Problem problem = assertInstanceOf(Reading.Refused.class, PurgeReader.read(Buffer.buffer(body), TABLE))
                .problem();
        assertEquals(400, problem.status());
        return problem;
    }

    @Test
    void each_of_the_four_fields_chooses() {
        assertEquals(
                new Purge.Tagged(List.of("product:42", "product")), wanted("{\"tags\":[\"product:42\",\"product\"]}"));
        assertEquals(new Purge.OfRoute("api"), wanted("{\"route\":\"api\"}"));
        assertEquals(new Purge.Everything(), wanted(" {\"everything\": true} "));
        Purge.OfUrl url = assertInstanceOf(Purge.OfUrl.class, wanted("{\"url\":\"http://shop/api/x?a=1\"}"));
        assertTrue(url.keys().stream()
                .anyMatch(key -> key.route().equals("api") && key.text().equals("h http shop /api/x?a=1")));
    }

    @Test
    void each_of_them_may_be_soft_and_is_not_by_itself() {
        for (String chosen : new String[] {
            "\"tags\":[\"a\"]", "\"route\":\"api\"", "\"everything\":true", "\"url\":\"http://shop/api\""
        }) {
            assertFalse(asked('{' + chosen + '}').soft());
            assertFalse(asked('{' + chosen + ",\"soft\":false}").soft());
            Reading.Wanted soft = asked("{\"soft\":true," + chosen + '}');
            assertTrue(soft.soft());
            assertEquals(wanted('{' + chosen + '}'), soft.purge());
        }
    }

    @Test
    void a_tag_that_is_there_twice_counts_once() {
        assertEquals(new Purge.Tagged(List.of("a", "b")), wanted("{\"tags\":[\"a\",\"b\",\"a\"]}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "null",
                "true",
                "7",
                "\"tags\"",
                "[]",
                "[{\"everything\":true}]",
                "{",
                "{\"everything\":true",
                "{\"everything\":true}}",
                "{'everything':true}"
            })
    void what_is_no_json_object_is_refused(String body) {
        assertEquals("the body is no JSON object", refused(body).detail());
    }

    @Test
    void who_chooses_nothing_is_told_what_there_is() {
        for (String body : new String[] {"{}", "{\"soft\":true}"}) {
            String detail = String.valueOf(refused(body).detail());
            for (String field : new String[] {"tags", "route", "url", "everything"}) {
                assertTrue(detail.contains('\'' + field + '\''), detail);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tag        | {\"tag\":\"a\"}",
                "soft       | {\"everything\":true,\"soft\":1}",
                "soft       | {\"everything\":true,\"soft\":null}",
                "soft       | {\"soft\":\"true\",\"tags\":[\"a\"]}",
                "Tags       | {\"Tags\":[\"a\"]}",
                "key        | {\"key\":\"a\"}",
                "route      | {\"tags\":[\"a\"],\"route\":\"api\"}",
                "everything | {\"url\":\"http://shop/api\",\"everything\":true}",
                "tags       | {\"tags\":null}",
                "tags       | {\"tags\":\"a\"}",
                "tags       | {\"tags\":{}}",
                "tags       | {\"tags\":[]}",
                "tags[0]    | {\"tags\":[\"\"]}",
                "tags[1]    | {\"tags\":[\"a\",1]}",
                "tags[1]    | {\"tags\":[\"a\",null]}",
                "tags[0]    | {\"tags\":[[\"a\"]]}",
                "route      | {\"route\":null}",
                "route      | {\"route\":\"\"}",
                "route      | {\"route\":[\"api\"]}",
                "route      | {\"route\":\"apis\"}",
                "route      | {\"route\":\"own\"}",
                "url        | {\"url\":7}",
                "url        | {\"url\":\"\"}",
                "url        | {\"url\":\"/api\"}",
                "url        | {\"url\":\"http://shop/elsewhere\"}",
                "everything | {\"everything\":false}",
                "everything | {\"everything\":\"true\"}",
                "everything | {\"everything\":1}",
                "everything | {\"everything\":null}"
            })
    void a_mistake_is_refused_with_the_name_of_its_field(String field, String body) {
        Problem problem = refused(body);
        assertEquals(field, problem.members().getString("field"));
        assertTrue(String.valueOf(problem.detail()).startsWith('\'' + field + "': "), problem.detail());
    }

    @Test
    void tags_are_bounded_in_number_and_length() {
        List<String> most = Collections.nCopies(PurgeReader.MOST_TAGS, "a");
        assertEquals(new Purge.Tagged(List.of("a")), wanted(tags(most)));
        assertEquals(
                "tags",
                refused(tags(Collections.nCopies(PurgeReader.MOST_TAGS + 1, "a")))
                        .members()
                        .getString("field"));
        String longest = "ä".repeat(PurgeReader.LONGEST / 2);
        assertEquals(new Purge.Tagged(List.of(longest)), wanted(tags(List.of(longest))));
        assertEquals("tags[0]", refused(tags(List.of(longest + 'a'))).members().getString("field"));
    }

    @Test
    void a_body_nested_without_end_is_refused_and_breaks_nothing() {
        assertNull(refused("{\"tags\":" + "[".repeat(500_000)).members().getString("field"));
    }

    private static String tags(List<String> tags) {
        return new JsonObject().put("tags", new JsonArray(tags)).encode();
    }
}
