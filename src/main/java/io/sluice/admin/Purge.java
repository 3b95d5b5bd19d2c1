package io.sluice.admin;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** What is to be voided: of these, every entry whose load began before. */
sealed interface Purge {
    /** For metrics. */
    String kind();

    /** Completes when no instance serves such an entry any more; fails when the store does not answer. */
    Uni<Void> from(Cache<?, ?> cache);

    /** Entries with any of these tags. */
    record Tagged(List<String> tags) implements Purge {
        @Override
        public String kind() {
            return "tags";
        }

        @Override
        public Uni<Void> from(Cache<?, ?> cache) {
            return cache.invalidate(tags);
        }
    }

    record OfRoute(String route) implements Purge {
        @Override
        public String kind() {
            return "route";
        }

        @Override
        public Uni<Void> from(Cache<?, ?> cache) {
            return cache.invalidateRoute(route);
        }
    }

    /** @param keys all that the answers of one URL may be stored under */
    record OfUrl(List<CacheKey> keys) implements Purge {
        @Override
        public String kind() {
            return "url";
        }

        @Override
        public Uni<Void> from(Cache<?, ?> cache) {
            return cache.invalidateKeys(keys);
        }
    }

    record Everything() implements Purge {
        @Override
        public String kind() {
            return "everything";
        }

        @Override
        public Uni<Void> from(Cache<?, ?> cache) {
            return cache.invalidateEverything();
        }
    }
}
