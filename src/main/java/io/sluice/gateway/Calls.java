package io.sluice.gateway;

import io.sluice.origin.Call;
import io.vertx.core.http.HttpMethod;

/** Makes an origin's call from an exchange. */
final class Calls {
    private Calls() {}

    /** With the live client: its body, its upgrade, its leaving. */
    static Call live(Exchange exchange) {
        return new Call(
                exchange.request.method(),
                exchange.uri,
                exchange.request.headers(),
                exchange.parameters,
                peer(exchange),
                exchange.request);
    }

    /** For a load that outlives the caller. */
    static Call detached(Exchange exchange) {
        return new Call(
                HttpMethod.GET, exchange.uri, exchange.request.headers(), exchange.parameters, peer(exchange), null);
    }

    static Call.Peer peer(Exchange exchange) {
        String host = CacheKeys.host(exchange);
        return new Call.Peer(
                exchange.peer(),
                exchange.caller().peerTrusted(),
                exchange.request.isSSL() ? "https" : "http",
                host == null ? "" : host);
    }
}
