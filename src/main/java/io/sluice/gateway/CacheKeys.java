package io.sluice.gateway;

import io.sluice.cache.CacheKey;
import io.sluice.route.Target;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the cache key of a request: everything that its answer may depend on. */
final class CacheKeys {
    private CacheKeys() {}

    static CacheKey of(Exchange exchange) {
        Target target = exchange.plan.route.target();
        return new CacheKey(
                exchange.plan.route.name(),
                target instanceof Target.Postgres postgres ? values(exchange, postgres.parameters()) : http(exchange));
    }

    /** The target URI (RFC 9111 §2): a host never holds a space, so the join is unambiguous. */
    private static String http(Exchange exchange) {
        String host = host(exchange);
        return (host == null ? "" : host) + ' ' + exchange.uri;
    }

    static @Nullable String host(Exchange exchange) {
        if (exchange.request.version() == HttpVersion.HTTP_2) {
            return String.valueOf(exchange.request.authority());
        }
        String target = WireRules.targetAuthority(exchange.request.uri());
        return target == null ? exchange.request.getHeader(HttpHeaders.HOST) : target;
    }

    /** The bound values, each with its length, absent ones told from empty ones. */
    private static String values(Exchange exchange, List<String> names) {
        StringBuilder text = new StringBuilder(24);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String value = exchange.path(name);
            if (value == null) {
                List<String> given = exchange.queries(name);
                value = given.isEmpty() ? null : given.get(0);
            }
            if (value == null) {
                text.append('-');
            } else {
                text.append(value.length()).append(':').append(value);
            }
        }
        return text.toString();
    }
}
