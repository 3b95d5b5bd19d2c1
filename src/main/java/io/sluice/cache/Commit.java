package io.sluice.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one commit voids.
 *
 * @param id tells it from every other commit, whoever tells of it; null: nobody knows
 * @param names of barriers (see {@link Barriers})
 */
public record Commit(@Nullable String id, List<String> names) {
    public Commit {
        names = List.copyOf(names);
    }

    /** By tags. */
    public static Commit ofTags(@Nullable String id, List<String> tags) {
        return new Commit(id, tags.stream().map(Barriers::ofTag).toList());
    }
}
