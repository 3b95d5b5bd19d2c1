package io.sluice.origin.http;

import io.netty.util.AsciiString;
import io.sluice.origin.Call;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an origin gets of a client's header fields, and what it is told of the way they came. Of one event loop. */
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

    /** Above any number of cookies that fits into a head, which the bits below it count. */
    private static final int NAMES = 1 << 16;

    private static final int COOKIES = NAMES - 1;

    private final HeaderNames dropped;
    /** What is declared not to reach the origin, whoever would write it. */
    private final HeaderNames removed;

    private final @Nullable String host;
    private final Map<String, String> set;
    private final Forwarded forwarded = new Forwarded();

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
        int seen = 0;
        if (from instanceof HeadersMultiMap http1) {
            // As netty keeps them, with the names' hashes.
            Iterator<Map.Entry<CharSequence, CharSequence>> headers = http1.iteratorCharSequence();
            while (headers.hasNext()) {
                Map.Entry<CharSequence, CharSequence> header = headers.next();
                seen += copy(header.getKey(), header.getValue(), to);
            }
        } else {
            for (Map.Entry<String, String> header : from) {
                seen += copy(header.getKey(), header.getValue(), to);
            }
        }
        if ((seen & COOKIES) > 1) {
            // HTTP/2 may split it, HTTP/1.1 allows one (RFC 9113 section 8.2.3).
            to.set(HttpHeaders.COOKIE, String.join("; ", from.getAll(HttpHeaders.COOKIE)));
        }
        if (seen >= NAMES) {
            removeNamed(from, to);
        }
        if (from.contains(TE) && HeaderNames.holds(from.getAll(TE), "trailers")) {
            to.set(TE, "trailers");
            to.set(HttpHeaders.CONNECTION, "TE");
        }
        forwarded(from, peer, to);
        put(to, VIA, via(from, client));
        if (!set.isEmpty()) {
            set.forEach(to::set);
        }
    }

    /** Copies one field, and says what it was: 1 for a cookie, {@link #NAMES} for what names other fields. */
    private int copy(CharSequence name, CharSequence value, MultiMap to) {
        if (dropped.contains(name)) {
            return AsciiString.contentEqualsIgnoreCase(name, HttpHeaders.CONNECTION) && !plain(value) ? NAMES : 0;
        }
        if (name.charAt(0) == ':') {
            return 0;
        }
        to.add(name, value);
        return AsciiString.contentEqualsIgnoreCase(name, HttpHeaders.COOKIE) ? 1 : 0;
    }

    private static boolean plain(CharSequence connection) {
        return AsciiString.contentEqualsIgnoreCase(connection, "keep-alive")
                || AsciiString.contentEqualsIgnoreCase(connection, "close");
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
            // It is not there yet: fields of these names are not copied.
            to.add(name, value);
        }
    }

    private void forwarded(MultiMap from, Call.Peer peer, MultiMap to) {
        String element = forwarded.element(peer);
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
