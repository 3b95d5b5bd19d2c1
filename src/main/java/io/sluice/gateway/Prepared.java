package io.sluice.gateway;

import io.sluice.cache.Entry;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway makes of an entry once, to write it many times.
 *
 * @param headers end-to-end headers and {@code Content-Length}, which a 204 has not (RFC 9110 §8.6); never changed
 * @param body never changed; safe to write from any event loop
 */
public record Prepared(
        MultiMap headers,
        Buffer body,
        @Nullable String etag,
        @Nullable String lastModified) {

    public static Prepared of(Entry entry) {
        MultiMap headers = HttpHeaders.headers();
        List<String> lines = entry.headers();
        for (int i = 0; i < lines.size(); i += 2) {
            headers.add(lines.get(i), lines.get(i + 1));
        }
        if (entry.status() != 204) {
            headers.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(entry.body().length));
        }
        return new Prepared(
                headers,
                Buffer.buffer(entry.body()),
                headers.get(HttpHeaders.ETAG),
                headers.get(HttpHeaders.LAST_MODIFIED));
    }
}
