package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.client.ClientNamer;
import io.sluice.client.TrustedProxies;
import io.sluice.origin.Origin;
import io.sluice.route.Target;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CacheKeysTest {
    private static final Origin NO_ORIGIN = call -> {
        throw new AssertionError("no test of keys asks an origin");
    };
    private static final HttpServerRequest NO_REQUEST = (HttpServerRequest) Proxy.newProxyInstance(
            CacheKeysTest.class.getClassLoader(), new Class<?>[] {HttpServerRequest.class}, (self, method, given) -> {
                throw new AssertionError("keys of values are made of the URL alone");
            });
    private static final Target.Postgres PAGE =
            new Target.Postgres(NO_ORIGIN, List.of(), List.of("limit"), true, null, null, "q");

    private static @Nullable String key(String uri) {
        return CacheKeys.values(
                new RequestSubject(
                        NO_REQUEST,
                        new ClientNamer(List.of(), TrustedProxies.NONE),
                        "page",
                        "GET",
                        uri,
                        Map.of("shop", "1")),
                PAGE);
    }

    @Test
    void a_query_that_cannot_be_decoded_has_no_key_and_so_no_other_ones_answer() {
        assertNull(key("/shops/1/items?limit=%zz"));
        assertNull(key("/shops/1/items?%"));
        assertNotNull(key("/shops/1/items?limit=7"));
        assertNotNull(key("/shops/1/items"));
    }

    @Test
    void a_mark_in_the_query_is_a_part_of_a_name_as_the_origin_reads_it() {
        assertNull(key("/shops/1/items??limit=7"));
    }

    @Test
    void a_page_is_stored_for_its_path_though_the_sql_does_not_use_what_is_in_it() {
        assertEquals("q 14:/shops/1/items limit 1:7", key("/shops/1/items?limit=7"));
        assertEquals("q 14:/shops/2/items limit 1:7", key("/shops/2/items?limit=7"));
        assertNull(CacheKeys.values(new CacheKeys.Of(Map.of("shop", "1")::get, name -> null), PAGE));
    }
}
