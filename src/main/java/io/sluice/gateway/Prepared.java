package io.sluice.gateway;

import io.netty.util.AsciiString;
import io.sluice.cache.Entry;
import io.sluice.cache.http.ByteRange;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the gateway makes of an entry once, to write it many times, from any event loop. Never changes. */
public final class Prepared {
    /** What a 304 carries of the stored headers (RFC 9110 §15.4.5). */
    private static final Set<String> NOT_MODIFIED =
            Set.of("cache-control", "content-location", "date", "etag", "expires", "vary");

    /** What a 206 does not carry of them: digests of the content that was sent (RFC 9530 §2, RFC 1864). */
    private static final Set<String> NOT_PARTIAL = Set.of("content-digest", "content-md5");

    private final CharSequence[] lines;
    private final Buffer body;
    private final @Nullable String etag;
    private final @Nullable String lastModified;

    private Prepared(Entry entry) {
        List<String> headers = entry.headers();
        // a 204 has no Content-Length (RFC 9110 §8.6)
        boolean counted = entry.status() != 204;
        this.lines = new CharSequence[headers.size() + (counted ? 2 : 0)];
        for (int i = 0; i < headers.size(); i += 2) {
            lines[i] = HttpHeaders.createOptimized(headers.get(i));
            lines[i + 1] = HttpHeaders.createOptimized(headers.get(i + 1));
        }
        if (counted) {
            lines[headers.size()] = HttpHeaders.CONTENT_LENGTH;
            lines[headers.size() + 1] = HttpHeaders.createOptimized(Integer.toString(entry.body().length));
        }
        this.body = Buffer.buffer(entry.body());
        this.etag = value("etag");
        this.lastModified = value("last-modified");
    }

    public static Prepared of(Entry entry) {
        return new Prepared(entry);
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

    void writeNotModifiedTo(MultiMap headers) {
        for (int i = 0; i < lines.length; i += 2) {
            if (NOT_MODIFIED.contains(lower(i))) {
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

    Buffer body() {
        return body;
    }

    /** Shares the bytes of the whole. */
    Buffer body(ByteRange.Part part) {
        return body.slice(part.first(), part.last() + 1);
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
