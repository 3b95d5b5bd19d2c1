package io.sluice.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A write that was committed.
 *
 * @param begun what {@link Cache#begin} said before the transaction began; null where it said nothing: then nothing is stored
 * @param key what a read of the written would be found by: it is voided, with all its variants; null for a write that only voids
 * @param draft what a load of that key would bring now, read in the transaction itself; null: nothing is stored. Nor is one
 *     that varies by request headers
 * @param tags to be voided, the draft's only as far as they are named here too: its tables' tags would void their neighbours.
 *     A tag that the commit's notification names and that is not here is voided when that comes, and the draft too if it carries it
 * @param id the transaction's, as its notification tells it; null where it is not known
 */
public record Written(
        @Nullable Begun begun,
        @Nullable CacheKey key,
        @Nullable Draft draft,
        List<String> tags,
        @Nullable String id) {
    public Written {
        tags = List.copyOf(tags);
    }
}
