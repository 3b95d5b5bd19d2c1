package io.sluice.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route says of its cache. Durations are in microseconds; 0 where an option was left out.
 *
 * @param ttl how long an answer is fresh; on an HTTP route only where the origin says nothing explicit (null: as RFC 9111)
 * @param refreshAfter the age at which one background refresh is due; 0 for none
 * @param refreshEarly how many times the duration of its load before it goes stale an entry's background refresh begins by
 *     chance (beta of XFetch: Vattani et al., VLDB 2015); 0 for never
 * @param staleIfError how long after it went stale an entry stands in for a failing origin (RFC 5861 §4)
 * @param negativeTtl how long "no row" is remembered
 * @param maxEntry the largest body kept, in bytes; larger ones stream past
 * @param tags templates such as {@code product:{id}}, filled from the path and the query
 * @param vary request header names, in lower case, that answers depend on whatever they say
 * @param forward the only request header names, in lower case, that a load carries, those of {@code vary} beside; null for all but
 *     those that tell of another target
 * @param clientDirectives whether a request's {@code Cache-Control} has a say (RFC 9111 §5.2.1)
 * @param exposeTags whether clients see the fields in which an origin names its tags
 * @param compress whether bodies for which it is worth it are stored gzipped
 */
public record CachePolicy(
        @Nullable Long ttl,
        long refreshAfter,
        double refreshEarly,
        long staleIfError,
        long negativeTtl,
        int maxEntry,
        List<String> tags,
        List<String> vary,
        @Nullable List<String> forward,
        boolean clientDirectives,
        boolean exposeTags,
        boolean compress) {
    public CachePolicy {
        tags = List.copyOf(tags);
        vary = List.copyOf(vary);
    }
}
