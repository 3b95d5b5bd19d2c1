package io.sluice.origin.http;

import io.sluice.origin.Call;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an origin gets of a client's header fields, and what it is told of the way they came. */
final class RequestHeaders {
    private static final CharSequence X_FORWARDED_FOR = HttpHeaders.createOptimized("X-Forwarded-For");
    private static final CharSequence X_FORWARDED_PROTO = HttpHeaders.createOptimized("X-Forwarded-Proto");
    private static final CharSequence X_FORWARDED_HOST = HttpHeaders.createOptimized("X-Forwarded-Host");
    private static final CharSequence FORWARDED = HttpHeaders.createOptimized("Forwarded");
    private static final CharSequence VIA = HttpHeaders.createOptimized("Via");
    private static final CharSequence TE = HttpHeaders.createOptimized("TE");

    /** Not copied as they are: dropped, or written anew below. Request trailers cannot be sent on, so none are announced. */
    private static final List<String> REWRITTEN = List.of(
            "Host",
            "Content-Length",
            "Expect",
            "Trailer",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "Forwarded",
            "Via");

    private final HeaderNames dropped;
    /** What is declared not to reach the origin, whoever would write it. */
    private final HeaderNames removed;

    private final @Nullable String host;
    private final Map<String, String> set;

    RequestHeaders(HttpSpec spec) {
        List<String> names = new ArrayList<>(HeaderNames.HOP_BY_HOP);
        names.addAll(REWRITTEN);
        names.addAll(spec.removeHeaders());
        names.addAll(spec.setHeaders().keySet());
        dropped = new HeaderNames(names);
        removed = new HeaderNames(spec.removeHeaders());
        host = spec.preserveHost() ? null : spec.url().getRawAuthority();
        set = spec.setHeaders();
    }

    /** Copies what goes on; framing, {@code Expect} and {@code Upgrade} are the sender's. */
    void copy(Call call, MultiMap to) {
        MultiMap from = call.headers();
        Call.Peer peer = call.peer();
        to.set(HttpHeaders.HOST, host == null ? peer.host() : host);
        HttpServerRequest client = call.client();
        boolean names = false;
        int cookies = 0;
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (dropped.contains(name)) {
                names |= name.length() == 10 && name.equalsIgnoreCase("connection") && !plain(header.getValue());
                continue;
            }
            if (name.length() == 6 && name.equalsIgnoreCase("cookie")) {
                cookies++;
            } else if (name.charAt(0) == ':') {
                continue;
            }
            to.add(name, header.getValue());
        }
        if (cookies > 1) {
            // HTTP/2 may split it, HTTP/1.1 allows one (RFC 9113 section 8.2.3).
            to.set(HttpHeaders.COOKIE, String.join("; ", from.getAll(HttpHeaders.COOKIE)));
        }
        if (names) {
            removeNamed(from, to);
        }
        if (from.contains(TE) && HeaderNames.holds(from.getAll(TE), "trailers")) {
            to.set(TE, "trailers");
            to.set(HttpHeaders.CONNECTION, "TE");
        }
        forwarded(from, peer, to);
        put(to, VIA, via(from, client));
        set.forEach(to::set);
    }

    private static boolean plain(String connection) {
        return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
    }

    /** What {@code Connection} names was meant for us; what is written anew stays. */
    private void removeNamed(MultiMap from, MultiMap to) {
        for (String name : HeaderNames.tokens(from.getAll(HttpHeaders.CONNECTION))) {
            if (!dropped.contains(name)) {
                to.remove(name);
            }
        }
    }

    private void put(MultiMap to, CharSequence name, String value) {
        if (!removed.contains(name)) {
            to.set(name, value);
        }
    }

    private void forwarded(MultiMap from, Call.Peer peer, MultiMap to) {
        String element = Forwarded.element(peer);
        if (peer.trusted()) {
            put(to, X_FORWARDED_FOR, appended(from, X_FORWARDED_FOR, peer.address()));
            put(to, X_FORWARDED_PROTO, kept(from, X_FORWARDED_PROTO, peer.scheme()));
            put(to, X_FORWARDED_HOST, kept(from, X_FORWARDED_HOST, peer.host()));
            put(to, FORWARDED, appended(from, FORWARDED, element));
        } else {
            put(to, X_FORWARDED_FOR, peer.address());
            put(to, X_FORWARDED_PROTO, peer.scheme());
            put(to, X_FORWARDED_HOST, peer.host());
            put(to, FORWARDED, element);
        }
    }

    private static String appended(MultiMap from, CharSequence name, String last) {
        return from.contains(name) ? String.join(", ", from.getAll(name)) + ", " + last : last;
    }

    private static String kept(MultiMap from, CharSequence name, String otherwise) {
        String there = from.get(name);
        return there == null ? otherwise : there;
    }

    /** RFC 9110 section 7.6.3: a gateway must add itself to requests, with the protocol it received them in. */
    private static String via(MultiMap from, @Nullable HttpServerRequest client) {
        String own = "1.1 sluice";
        if (client != null && client.version() != HttpVersion.HTTP_1_1) {
            own = client.version() == HttpVersion.HTTP_2 ? "2.0 sluice" : "1.0 sluice";
        }
        return appended(from, VIA, own);
    }
}
