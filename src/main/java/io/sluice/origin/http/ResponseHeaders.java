package io.sluice.origin.http;

import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What of an origin's header and trailer fields goes on. */
final class ResponseHeaders {
    private static final HeaderNames HOP_BY_HOP = new HeaderNames(HeaderNames.HOP_BY_HOP);
    /** The same, with their hashes at hand. */
    private static final List<AsciiString> REMOVED =
            HeaderNames.HOP_BY_HOP.stream().map(AsciiString::cached).toList();
    /** Fields that RFC 9110 section 6.5.1 keeps out of trailers: framing, routing, authentication, and what caching reads. */
    private static final HeaderNames NOT_IN_TRAILERS = new HeaderNames(List.of(
            "Connection",
            "Keep-Alive",
            "Proxy-Connection",
            "Proxy-Authenticate",
            "TE",
            "Transfer-Encoding",
            "Upgrade",
            "Content-Length",
            "Content-Encoding",
            "Content-Range",
            "Content-Type",
            "Host",
            "Trailer",
            "Set-Cookie",
            "Cache-Control",
            "Expires",
            "Age",
            "Vary",
            "Authorization",
            "WWW-Authenticate"));

    private ResponseHeaders() {}

    /**
     * The end-to-end fields: the origin's own map where nothing else needs what is taken out, since copying it is the
     * larger part of passing a small response on.
     *
     * @param reusable whether the connection's life does not hang on the fields (HTTP/1.1)
     */
    static MultiMap endToEnd(MultiMap headers, boolean reusable) {
        List<String> connection = headers.getAll(HttpHeaders.CONNECTION);
        boolean chunked = headers.contains(HttpHeaders.TRANSFER_ENCODING);
        // The client reads Connection and Keep-Alive after the body.
        if (reusable
                && (connection.isEmpty()
                        || connection.size() == 1 && connection.get(0).equalsIgnoreCase("keep-alive"))
                && !headers.contains(HttpHeaders.KEEP_ALIVE)) {
            for (AsciiString name : REMOVED) {
                headers.remove(name);
            }
            if (chunked) {
                headers.remove(HttpHeaders.CONTENT_LENGTH);
            }
            return headers;
        }
        HeaderNames named = connection.isEmpty() ? null : new HeaderNames(HeaderNames.tokens(connection));
        MultiMap kept = HttpHeaders.headers();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey();
            if (!HOP_BY_HOP.contains(name)
                    && (named == null || !named.contains(name))
                    && !(chunked && name.equalsIgnoreCase("content-length"))) {
                kept.add(name, header.getValue());
            }
        }
        return kept;
    }

    static MultiMap trailers(MultiMap trailers) {
        MultiMap kept = HttpHeaders.headers();
        for (Map.Entry<String, String> trailer : trailers) {
            if (!NOT_IN_TRAILERS.contains(trailer.getKey())) {
                kept.add(trailer.getKey(), trailer.getValue());
            }
        }
        return kept;
    }

    /** Fields of a 103, in lower case as HTTP/2 wants them. */
    static MultiMap hints(MultiMap headers) {
        MultiMap kept = HttpHeaders.headers();
        for (Map.Entry<String, String> header : endToEnd(headers, false)) {
            kept.add(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
        }
        return kept;
    }
}
