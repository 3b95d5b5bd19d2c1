package io.sluice.gateway;

import io.sluice.cache.Near;
import io.sluice.cache.http.AcceptedCodings;
import io.sluice.cache.http.ByteRange;
import io.sluice.cache.http.Conditional;
import io.sluice.cache.http.Ranges;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * What a request gets of an entry: one of its representations (RFC 9110 §12.5.3), and of that nothing where the client's copy is still
 * the one stored, else a part where one was asked for, else all (§13.2.2).
 *
 * @param status the entry's, 304, or 200 with a {@code range} of which the answer is 206 or 416
 */
record Shown(Prepared prepared, int status, ByteRange range) {
    private static final CharSequence RANGE = HttpHeaders.createOptimized("range");

    static Shown of(Exchange exchange, Near<Prepared> near) {
        Prepared plain = near.prepared();
        Prepared gzipped = plain.gzipped();
        AcceptedCodings accepted =
                gzipped == null ? AcceptedCodings.IDENTITY : AcceptedCodings.of(exchange.header("accept-encoding"));
        Prepared chosen = gzipped != null && accepted.prefersGzip() ? gzipped : plain;
        int status = near.entry().status();
        if (status != 200 && status != 203) {
            return new Shown(chosen, status, ByteRange.WHOLE);
        }
        Prepared had = had(exchange, chosen, plain, gzipped, accepted);
        if (had != null) {
            return new Shown(had, 304, ByteRange.WHOLE);
        }
        return status == 200 ? part(exchange, chosen, plain, accepted) : new Shown(chosen, status, ByteRange.WHOLE);
    }

    /**
     * The representation that the client has and may use; null where it has none that is stored. With several in
     * {@code If-None-Match}, a cache behind this one learns from the 304's tag which of them this client gets (RFC 9111 §4.3.3).
     */
    private static @Nullable Prepared had(
            Exchange exchange, Prepared chosen, Prepared plain, @Nullable Prepared gzipped, AcceptedCodings accepted) {
        MultiMap asked = exchange.request.headers();
        if (!asked.contains(HttpHeaders.IF_NONE_MATCH) && !asked.contains(HttpHeaders.IF_MODIFIED_SINCE)) {
            return null;
        }
        if (notModified(exchange, chosen)) {
            return chosen;
        }
        Prepared other = chosen == plain ? accepted.gzip() ? gzipped : null : accepted.identity() ? plain : null;
        return other != null && notModified(exchange, other) ? other : null;
    }

    private static boolean notModified(Exchange exchange, Prepared prepared) {
        return notModified(exchange, prepared.etag(), prepared.lastModified(), prepared.date());
    }

    /** Whether the client has the representation with these fields. */
    static boolean notModified(
            Exchange exchange, @Nullable String etag, @Nullable String lastModified, @Nullable String date) {
        return Conditional.notModified(
                exchange.header("if-none-match"),
                exchange.request.headers().get(HttpHeaders.IF_MODIFIED_SINCE),
                etag,
                lastModified == null ? date : lastModified);
    }

    /** A part is a matter of GET alone (RFC 9110 §14.2), and is cut from the plain representation. */
    private static Shown part(Exchange exchange, Prepared chosen, Prepared plain, AcceptedCodings accepted) {
        if (exchange.request.headers().contains(RANGE)
                && exchange.request.method().equals(HttpMethod.GET)
                && accepted.identity()) {
            String range = exchange.header("range");
            String ifRange = exchange.header("if-range");
            // A date is of both representations: who takes both may have parts of the other one.
            String lastModified = accepted.gzip() ? null : plain.lastModified();
            if (range != null
                    && (ifRange == null || Conditional.sameBytes(ifRange, plain.etag(), lastModified, plain.date()))) {
                ByteRange part = Ranges.of(range, plain.length());
                if (!(part instanceof ByteRange.Whole)) {
                    return new Shown(plain, 200, part);
                }
            }
        }
        return new Shown(chosen, 200, ByteRange.WHOLE);
    }

    /** What is to be written of it. */
    Buffer body() {
        return range instanceof ByteRange.Part part ? prepared.body(part) : prepared.body();
    }

    /** Whether all that is to be written is here. */
    boolean isHere(Exchange exchange) {
        return prepared.isHere()
                || status == 304
                || range instanceof ByteRange.Unsatisfiable
                || exchange.request.method().equals(HttpMethod.HEAD);
    }
}
