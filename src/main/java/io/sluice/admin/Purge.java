package io.sluice.admin;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheKey;
import java.util.List;

/** What is to be voided, or made stale: of these, every entry whose load began before. */
sealed interface Purge {
    /** For metrics. */
    String kind();

    /** Where its barriers are put. */
    List<String> names();

    /** Entries with any of these tags. */
    record Tagged(List<String> tags) implements Purge {
        @Override
        public String kind() {
            return "tags";
        }

        @Override
        public List<String> names() {
            return tags.stream().map(Barriers::ofTag).toList();
        }
    }

    record OfRoute(String route) implements Purge {
        @Override
        public String kind() {
            return "route";
        }

        @Override
        public List<String> names() {
            return List.of(Barriers.ofRoute(route));
        }
    }

    /** @param keys all that the answers of one URL may be stored under */
    record OfUrl(List<CacheKey> keys) implements Purge {
        @Override
        public String kind() {
            return "url";
        }

        @Override
        public List<String> names() {
            return keys.stream().map(Barriers::ofKey).toList();
        }
    }

    record Everything() implements Purge {
        @Override
        public String kind() {
            return "everything";
        }

        @Override
        public List<String> names() {
            return List.of(Barriers.EVERYTHING);
        }
    }
}
