package io.sluice.cache;

import java.util.List;

/**
 * An answer that may be stored, as the loader hands it over; the cache adds the instants. Durations are in
 * microseconds and mean what they mean in {@link Entry}; jitter is not applied yet.
 *
 * @param refreshEarly see {@link CachePolicy}
 * @param vary request header names, in lower case, that the answer was selected by (RFC 9111 §4.1); empty for none
 */
public record Draft(
        int status,
        List<String> headers,
        Body body,
        long initialAge,
        long fresh,
        long refreshAfter,
        double refreshEarly,
        long staleWhileRevalidate,
        long staleIfError,
        List<String> tags,
        List<String> vary) {
    /** The same with another body of the same plain bytes. */
    public Draft with(Body other) {
        return new Draft(
                status,
                headers,
                other,
                initialAge,
                fresh,
                refreshAfter,
                refreshEarly,
                staleWhileRevalidate,
                staleIfError,
                tags,
                vary);
    }
}
