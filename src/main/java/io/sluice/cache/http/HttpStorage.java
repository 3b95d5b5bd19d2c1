package io.sluice.cache.http;

import io.sluice.cache.CachePolicy;
import java.util.List;
import java.util.function.Function;

/** RFC 9111 §3 and §4.2 for a shared cache. */
public final class HttpStorage {
    private HttpStorage() {}

    /**
     * @param method the request's
     * @param authorized whether the request carried {@code Authorization}
     * @param headers the response's field lines by name, empty where absent
     * @param nowMillis the time of receipt, since 1970
     */
    public static Storability decide(
            String method,
            boolean authorized,
            int status,
            Function<String, List<String>> headers,
            CachePolicy policy,
            long nowMillis) {
        throw new UnsupportedOperationException();
    }
}
