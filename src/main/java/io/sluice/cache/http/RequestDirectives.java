package io.sluice.cache.http;

import static io.sluice.cache.http.CacheControl.Directive.MAX_AGE;
import static io.sluice.cache.http.CacheControl.Directive.MIN_FRESH;

import java.util.List;

/**
 * What a request's {@code Cache-Control} asks of a cache (RFC 9111 §5.2.1). {@code max-stale} is not made use of: it allows what
 * nothing obliges a cache to do.
 *
 * @param past {@code no-cache} or {@code no-store}: the origin is to answer, and its answer is not stored
 * @param onlyIfCached what is stored, or 504
 * @param maxAge the oldest answer that is wanted, seconds; -1 for any
 * @param minFresh for how long it is to stay fresh at least, seconds; -1 for none
 */
public record RequestDirectives(boolean past, boolean onlyIfCached, long maxAge, long minFresh) {
    public static final RequestDirectives NONE = new RequestDirectives(false, false, -1, -1);

    /** @param lines of the request's field */
    public static RequestDirectives of(List<String> lines) {
        CacheControl control = CacheControl.parse(lines);
        return new RequestDirectives(
                control.has("no-cache") || control.has("no-store"),
                control.has("only-if-cached"),
                control.seconds(MAX_AGE),
                control.seconds(MIN_FRESH));
    }

    /** Whether an answer may be used that has this age, and is fresh for so long; both in seconds. */
    public boolean accept(long age, long ttl) {
        return (maxAge < 0 || age <= maxAge) && ttl >= Math.max(0, minFresh);
    }
}
