package io.sluice.gateway;

import io.sluice.cache.CachePolicy;
import io.sluice.cache.http.Conditional;
import io.sluice.cache.http.Etags;
import io.sluice.origin.Call;
import io.sluice.route.Match;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** Makes an origin's call from an exchange. */
final class Calls {
    private static final CharSequence IF_MATCH = HttpHeaders.createOptimized("if-match");

    private Calls() {}

    /**
     * With the live client: its body, its upgrade, its leaving.
     *
     * @param table tells what a GET of the same target answers
     */
    static Call live(Exchange exchange, RouteTable table) {
        return new Call(
                        exchange.request.method(),
                        exchange.uri,
                        headers(exchange, table),
                        exchange.parameters,
                        peer(exchange),
                        exchange.request)
                .as(caller(exchange), identity(exchange), condition(exchange));
    }

    /** A database keeps something for each who writes, and remembers it when the same client reads. */
    private static String caller(Exchange exchange) {
        return exchange.plan.route.target() instanceof Target.Postgres ? exchange.client() : "";
    }

    private static Call.@Nullable Identity identity(Exchange exchange) {
        Target.Identified identified =
                exchange.plan.route.target() instanceof Target.Postgres postgres ? postgres.identified() : null;
        return identified == null ? null : Identities.of(identified, exchange);
    }

    /** An HTTP origin decides by itself. */
    private static Call.@Nullable Condition condition(Exchange exchange) {
        if (!(exchange.plan.route.target() instanceof Target.Postgres)) {
            return null;
        }
        String ifMatch = exchange.header("if-match");
        String ifNoneMatch = exchange.header("if-none-match");
        if (ifMatch == null && ifNoneMatch == null) {
            return null;
        }
        String known = ifMatch == null ? null : Etags.withOrigins(ifMatch);
        return now -> Conditional.mayChange(known, ifNoneMatch, now == null ? null : Etags.strong(now));
    }

    /** The origin knows its own tags alone: where a gzipped representation's may be meant, both are sent. */
    private static MultiMap headers(Exchange exchange, RouteTable table) {
        MultiMap headers = exchange.request.headers();
        String ifMatch = headers.contains(IF_MATCH) ? exchange.header("if-match") : null;
        return ifMatch != null && Etags.mayBeGzipped(ifMatch) && compresses(exchange, table)
                ? HttpHeaders.headers().addAll(headers).set(IF_MATCH, Etags.withOrigins(ifMatch))
                : headers;
    }

    private static boolean compresses(Exchange exchange, RouteTable table) {
        CachePolicy read = table.match("GET", WireRules.path(exchange.uri)) instanceof Match.Found found
                ? found.route().cache()
                : null;
        return read != null && read.compress();
    }

    /** For a load that outlives the caller. */
    static Call detached(Exchange exchange) {
        return new Call(
                        HttpMethod.GET,
                        exchange.uri,
                        exchange.request.headers(),
                        exchange.parameters,
                        peer(exchange),
                        null)
                .as("", identity(exchange), null);
    }

    static Call.Peer peer(Exchange exchange) {
        String host = CacheKeys.host(exchange);
        return new Call.Peer(
                exchange.peer(),
                exchange.caller().peerTrusted(),
                exchange.isSecure() ? "https" : "http",
                host == null ? "" : host);
    }
}
