package io.sluice.cache.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.cache.CachePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A response to a plain GET, received at {@link #NOW}, and what may be done with it on a route that says nothing. */
record Response(int status, Map<String, List<String>> fields) {
    static final String NOW = "Sun, 06 Nov 1994 08:49:37 GMT";
    static final long NOW_MILLIS = 784_111_777_000L;
    private static final long SECOND = 1_000_000;

    static CachePolicy policy(@Nullable Long ttlSeconds) {
        return new CachePolicy(
                ttlSeconds == null ? null : ttlSeconds * SECOND,
                0,
                0,
                0,
                0,
                1 << 20,
                List.of(),
                List.of(),
                null,
                true,
                false,
                false);
    }

    /** @param headers names and values in turn */
    static Response of(int status, String... headers) {
        Map<String, List<String>> fields = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            fields.computeIfAbsent(headers[i].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(headers[i + 1]);
        }
        return new Response(status, fields);
    }

    static Response ok(String... headers) {
        return of(200, headers);
    }

    Storability decide(CachePolicy policy, boolean authorized) {
        return HttpStorage.decide(
                "GET", authorized, status, name -> fields.getOrDefault(name, List.of()), policy, NOW_MILLIS);
    }

    Storability.Store stored() {
        return stored(policy(null));
    }

    Storability.Store stored(CachePolicy policy) {
        return assertInstanceOf(Storability.Store.class, decide(policy, false), fields::toString);
    }

    long fresh() {
        return stored().fresh() / SECOND;
    }

    long fresh(CachePolicy policy) {
        return stored(policy).fresh() / SECOND;
    }

    void refused(String reason) {
        refused(reason, policy(null));
    }

    void refused(String reason, CachePolicy policy) {
        assertEquals(new Storability.No(reason), decide(policy, false), fields::toString);
    }
}
