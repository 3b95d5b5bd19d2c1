package io.sluice.gateway;

import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.sluice.cache.Body;
import io.sluice.cache.Entry;
import io.sluice.cache.http.ByteRange;
import io.sluice.cache.http.Gzip;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway makes of a representation of an entry once, to write it many times, from any event loop. Never changes, but that
 * plain bytes of a gzipped entry come to be here.
 */
public final class Prepared {
    /** What a 304 carries of the stored headers (RFC 9110 §15.4.5, RFC 9213 §2.1). */
    private static final Set<String> NOT_MODIFIED =
            Set.of("cache-control", "cdn-cache-control", "content-location", "date", "etag", "expires", "vary");

    private static final String LAST_MODIFIED = "last-modified";

    /** What a 206 does not carry of them: digests of the content that was sent (RFC 9530 §2, RFC 1864). */
    private static final Set<String> NOT_PARTIAL = Set.of("content-digest", "content-md5");

    private final CharSequence[] lines;
    private final int length;
    private final Body stored;
    private final @Nullable Prepared gzipped;
    private final @Nullable String etag;
    private final @Nullable String lastModified;
    private volatile @Nullable Buffer body;

    private Prepared(
            int status,
            List<String> headers,
            int length,
            Body stored,
            @Nullable Buffer body,
            @Nullable Prepared gzipped) {
        // a 204 has no Content-Length (RFC 9110 §8.6)
        boolean counted = status != 204;
        this.lines = new CharSequence[headers.size() + (counted ? 2 : 0)];
        for (int i = 0; i < headers.size(); i += 2) {
            lines[i] = HttpHeaders.createOptimized(headers.get(i));
            lines[i + 1] = HttpHeaders.createOptimized(headers.get(i + 1));
        }
        if (counted) {
            lines[headers.size()] = HttpHeaders.CONTENT_LENGTH;
            lines[headers.size() + 1] = HttpHeaders.createOptimized(Integer.toString(length));
        }
        this.length = length;
        this.stored = stored;
        this.body = body;
        this.gzipped = gzipped;
        this.etag = value("etag");
        this.lastModified = value("last-modified");
    }

    /** The plain representation, which knows the gzipped one where that is what is stored. */
    public static Prepared of(Entry entry) {
        Body body = entry.body();
        Buffer stored = wrapped(body.stored());
        if (!body.isGzipped()) {
            return new Prepared(entry.status(), entry.headers(), body.length(), body, stored, null);
        }
        List<String> headers = Gzip.negotiated(entry.headers());
        Prepared gzipped =
                new Prepared(entry.status(), Gzip.gzipped(headers), body.stored().length, body, stored, null);
        return new Prepared(entry.status(), headers, body.length(), body, null, gzipped);
    }

    /** The gzipped representation; null where there is the plain one alone. */
    @Nullable
    Prepared gzipped() {
        return gzipped;
    }

    private @Nullable String value(String name) {
        for (int i = 0; i < lines.length; i += 2) {
            if (AsciiString.contentEqualsIgnoreCase(name, lines[i])) {
                return lines[i + 1].toString();
            }
        }
        return null;
    }

    /** Adds every stored header and {@code Content-Length}. */
    void writeTo(MultiMap headers) {
        for (int i = 0; i < lines.length; i += 2) {
            headers.add(lines[i], lines[i + 1]);
        }
    }

    /** As the origin sent them, without what is never stored. */
    MultiMap headers() {
        MultiMap headers = HttpHeaders.headers();
        writeTo(headers);
        return headers;
    }

    /** Adds what a 304 carries of a whole answer's headers. */
    static void copyNotModified(MultiMap whole, MultiMap headers) {
        for (String name : NOT_MODIFIED) {
            headers.add(name, whole.getAll(name));
        }
        if (!whole.contains(HttpHeaders.ETAG)) {
            headers.add(LAST_MODIFIED, whole.getAll(LAST_MODIFIED));
        }
    }

    void writeNotModifiedTo(MultiMap headers) {
        for (int i = 0; i < lines.length; i += 2) {
            String name = lower(i);
            // Without a tag the date is what guides the client's update.
            if (NOT_MODIFIED.contains(name) || etag == null && name.equals(LAST_MODIFIED)) {
                headers.add(lines[i], lines[i + 1]);
            }
        }
    }

    /** As {@link #writeTo}, with the part's own {@code Content-Length}, and {@code Content-Range} (RFC 9110 §15.3.7). */
    void writePartTo(MultiMap headers, ByteRange.Part part) {
        for (int i = 0; i < lines.length; i += 2) {
            if (!NOT_PARTIAL.contains(lower(i))) {
                headers.add(lines[i], lines[i + 1]);
            }
        }
        headers.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(part.length()));
        headers.set(HttpHeaders.CONTENT_RANGE, part.contentRange());
    }

    private String lower(int name) {
        return lines[name].toString().toLowerCase(Locale.ROOT);
    }

    /** Whether {@link #body} takes no time. */
    boolean isHere() {
        return body != null || stored.isPlainHere();
    }

    /** See {@link Body#plain} for the time it may take. */
    Buffer body() {
        Buffer known = body;
        if (known == null) {
            known = wrapped(stored.plain());
            body = known;
        }
        return known;
    }

    /** Held once: a buffer made of an array would copy it. */
    @SuppressWarnings("deprecation") // leaves the public interface with Vert.x 5, and stays in its internal one
    private static Buffer wrapped(byte[] bytes) {
        return Buffer.buffer(Unpooled.wrappedBuffer(bytes));
    }

    /** In bytes. */
    int length() {
        return length;
    }

    /** Shares the bytes of the whole. */
    Buffer body(ByteRange.Part part) {
        return body().slice(part.first(), part.last() + 1);
    }

    @Nullable
    String etag() {
        return etag;
    }

    @Nullable
    String lastModified() {
        return lastModified;
    }

    @Nullable
    String date() {
        return value("date");
    }
}
