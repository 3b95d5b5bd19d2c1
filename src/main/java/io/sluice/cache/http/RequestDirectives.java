package io.sluice.cache.http;

import static io.sluice.cache.http.CacheControl.Directive.MAX_AGE;
import static io.sluice.cache.http.CacheControl.Directive.MAX_STALE;
import static io.sluice.cache.http.CacheControl.Directive.MIN_FRESH;

import java.util.List;
import java.util.function.Function;

/**
 * What a request's {@code Cache-Control} asks of a cache (RFC 9111 §5.2.1).
 *
 * @param validated {@code no-cache}: the origin is to be asked
 * @param unstored {@code no-store}: and its answer is not stored
 * @param onlyIfCached what is stored, or 504
 * @param maxAge the oldest answer that is wanted, seconds; -1 for any
 * @param minFresh for how long it is to stay fresh at least, seconds; -1 for none
 * @param maxStale for how long it may have been stale, seconds; 0: not at all
 */
public record RequestDirectives(
        boolean validated, boolean unstored, boolean onlyIfCached, long maxAge, long minFresh, long maxStale) {
    public static final RequestDirectives NONE = new RequestDirectives(false, false, false, -1, -1, 0);

    /** @param lines of the request's field */
    public static RequestDirectives of(List<String> lines) {
        CacheControl control = CacheControl.parse(lines);
        return new RequestDirectives(
                control.has("no-cache"),
                control.has("no-store"),
                control.has("only-if-cached"),
                control.seconds(MAX_AGE),
                control.seconds(MIN_FRESH),
                control.isBare("max-stale") ? CacheControl.LARGEST : Math.max(0, control.seconds(MAX_STALE)));
    }

    /** Whether nothing will do that is stored, as it is. */
    public boolean past() {
        return validated || unstored;
    }

    /** Whether an answer may be used that has this age, and is fresh for so long, or has been stale where negative; both in seconds. */
    public boolean accept(long age, long ttl) {
        return (maxAge < 0 || age <= maxAge) && ttl >= (minFresh > 0 ? minFresh : -maxStale);
    }

    /**
     * Whether an answer may be given to a client that takes it stale: unless it says that it must be validated (RFC 9111 §4.2.4).
     *
     * @param headers the answer's field lines by name, empty where absent
     */
    public static boolean mayBeStale(Function<String, List<String>> headers) {
        CacheControl control = CacheControl.of(headers);
        return !control.has("no-cache")
                && !control.has("must-revalidate")
                && !control.has("proxy-revalidate")
                && !control.has("s-maxage");
    }
}
