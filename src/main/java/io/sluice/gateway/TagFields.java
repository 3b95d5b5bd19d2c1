package io.sluice.gateway;

import io.sluice.cache.CachePolicy;
import io.sluice.cache.http.OriginTags;
import io.sluice.origin.Answer;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/** What an origin tells its cache alone. */
final class TagFields {
    private TagFields() {}

    /**
     * Takes the origin's tags out of an answer that goes on to a client, unless the route shows them.
     *
     * @param policy the route's; without a cache an answer goes on as it is
     */
    static void hide(Answer answer, @Nullable CachePolicy policy) {
        if (policy != null && answer instanceof Answer.Streaming streaming) {
            hide(streaming.headers(), policy);
        }
    }

    static void hide(MultiMap headers, CachePolicy policy) {
        if (!policy.exposeTags()) {
            OriginTags.BETWEEN_ORIGIN_AND_CACHE.forEach(headers::remove);
        }
    }
}
