package io.sluice.gateway;

import io.sluice.cache.CacheKey;
import io.sluice.route.Route;
import io.sluice.route.Target;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds the cache key of a request: everything that its answer may depend on. */
final class CacheKeys {
    private static final CharSequence FORWARDED_PROTO = HttpHeaders.createOptimized("x-forwarded-proto");
    private static final CharSequence FORWARDED_HOST = HttpHeaders.createOptimized("x-forwarded-host");

    /** Where the values come from that a statement is asked with. */
    interface Given {
        /** The decoded value of a parameter of the path; null where the path has none of that name. */
        @Nullable
        String path(String name);

        /** All decoded values of a parameter of the query. */
        List<String> queries(String name);

        /** How many names the query has; -1 where it cannot be decoded. */
        int queryNames();

        /** The path of the request as it came; null where the values came in no request for what is meant. */
        @Nullable
        String asked();

        /** A claim of the caller's token; null where there is none, or no caller. */
        @Nullable
        String claim(String name);
    }

    /** Values that stand in a URL. */
    record Values(String asked, Map<String, String> parameters, Map<String, List<String>> query) implements Given {
        @Override
        public @Nullable String path(String name) {
            return parameters.get(name);
        }

        @Override
        public List<String> queries(String name) {
            return query.getOrDefault(name, List.of());
        }

        @Override
        public int queryNames() {
            return query.size();
        }

        @Override
        public @Nullable String claim(String name) {
            return null;
        }
    }

    /** Values that are known by name, however they came, with the claims of who asks. */
    record Of(Function<String, @Nullable String> values, Function<String, @Nullable String> claims) implements Given {
        @Override
        public @Nullable String path(String name) {
            return values.apply(name);
        }

        @Override
        public List<String> queries(String name) {
            return List.of();
        }

        @Override
        public int queryNames() {
            return 0;
        }

        @Override
        public @Nullable String asked() {
            return null;
        }

        @Override
        public @Nullable String claim(String name) {
            return claims.apply(name);
        }
    }

    private CacheKeys() {}

    /** Null when a value is missing or comes more than once, so that the request has no answer to be found. */
    static @Nullable CacheKey of(Exchange exchange) {
        Target target = exchange.plan.route.target();
        String text = target instanceof Target.Postgres postgres
                ? values(exchange, postgres)
                : http(exchange, ((Target.Http) target).fingerprint(), exchange.uri);
        return text == null ? null : new CacheKey(exchange.plan.route.name(), text);
    }

    /** Of another target at the same authority. */
    static CacheKey ofUri(Exchange exchange, Route route, Target.Http target, String uri) {
        return new CacheKey(route.name(), http(exchange, target.fingerprint(), uri));
    }

    /** The target URI, scheme and authority included (RFC 9111 §2). A host never holds a space: the join is unambiguous. */
    private static String http(Exchange exchange, String fingerprint, String uri) {
        String scheme = exchange.isSecure() ? "https" : "http";
        String host = host(exchange);
        MultiMap headers = exchange.request.headers();
        if (headers.contains(FORWARDED_PROTO) || headers.contains(FORWARDED_HOST)) {
            // A trusted proxy's word on both is passed on to the origin, so the answer may depend on it.
            if (exchange.caller().peerTrusted()) {
                return forwarded(
                        fingerprint,
                        scheme,
                        host,
                        uri,
                        headers.getAll(FORWARDED_PROTO),
                        headers.getAll(FORWARDED_HOST));
            }
        }
        return direct(fingerprint, scheme, host, uri);
    }

    /** That the client used: a trusted proxy's word, or that of the connection. */
    static String scheme(Exchange exchange) {
        String wire = exchange.isSecure() ? "https" : "http";
        List<String> told =
                exchange.caller().peerTrusted() ? exchange.request.headers().getAll(FORWARDED_PROTO) : List.of();
        return told.size() == 1 ? told.get(0).toLowerCase(Locale.ROOT) : wire;
    }

    static String direct(String fingerprint, String scheme, @Nullable String host, String uri) {
        return fingerprint + ' ' + scheme + ' ' + normal(host, scheme) + ' ' + uri;
    }

    /** Equivalent authorities are one (RFC 9110 §4.2.3). */
    static @Nullable String normal(@Nullable String host, String scheme) {
        if (host == null) {
            return null;
        }
        String port = scheme.equals("https") ? ":443" : ":80";
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    }

    /**
     * @param protos the lines of X-Forwarded-Proto
     * @param hosts the lines of X-Forwarded-Host
     */
    static String forwarded(
            String fingerprint,
            String scheme,
            @Nullable String host,
            String uri,
            List<String> protos,
            List<String> hosts) {
        String told = protos.size() == 1 ? protos.get(0).toLowerCase(Locale.ROOT) : scheme;
        List<String> by = protos.size() == 1 ? List.of(told) : protos;
        List<String> named =
                hosts.stream().map(one -> String.valueOf(normal(one, told))).toList();
        return fingerprint + ' ' + scheme + ' ' + normal(host, told) + ' ' + uri + ' ' + by + ' ' + named;
    }

    /** Scheme and authority as the origin was told of them: by a trusted proxy, or else as they were asked for here. */
    static String origin(Exchange exchange) {
        MultiMap headers = exchange.request.headers();
        boolean told = (headers.contains(FORWARDED_PROTO) || headers.contains(FORWARDED_HOST))
                && exchange.caller().peerTrusted();
        String proto = told ? headers.get(FORWARDED_PROTO) : null;
        String named = told ? headers.get(FORWARDED_HOST) : null;
        String scheme = proto == null ? exchange.isSecure() ? "https" : "http" : proto.toLowerCase(Locale.ROOT);
        return scheme + "://" + normal(named == null ? host(exchange) : named, scheme);
    }

    static @Nullable String host(Exchange exchange) {
        if (exchange.request.version() == HttpVersion.HTTP_2) {
            return String.valueOf(exchange.request.authority());
        }
        String target = WireRules.targetAuthority(exchange.request.uri());
        return target == null ? exchange.request.getHeader(HttpHeaders.HOST) : target;
    }

    /**
     * The bound values, each with its length, then the path where the answer links to it, then the options that are there by name, then who asks as far as the answer depends on it;
     * null when a value is missing or comes more than once, or the query says something that the route does not know.
     */
    static @Nullable String values(Given given, Target.Postgres target) {
        List<String> names = target.parameters();
        StringBuilder text = new StringBuilder(32).append(target.fingerprint());
        int asked = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String value = given.path(name);
            if (value == null) {
                value = only(given, name);
                if (value == null) {
                    return null;
                }
                asked++;
            } else if (!given.queries(name).isEmpty()) {
                asked++;
            }
            append(text, value);
        }
        if (target.linked()) {
            String path = given.asked();
            if (path == null) {
                return null;
            }
            append(text, path);
        }
        for (String option : target.options()) {
            if (!given.queries(option).isEmpty()) {
                String value = only(given, option);
                if (value == null) {
                    return null;
                }
                asked++;
                append(text.append(' ').append(option), value);
            }
        }
        if (given.queryNames() != asked) {
            return null;
        }
        Target.Identified identified = target.identified();
        return identified == null ? text.toString() : Identities.append(text, identified, given);
    }

    private static @Nullable String only(Given given, String name) {
        List<String> values = given.queries(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    private static void append(StringBuilder text, String value) {
        text.append(' ').append(value.length()).append(':').append(value);
    }
}
