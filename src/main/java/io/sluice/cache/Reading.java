package io.sluice.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the store says when asked for a place. Entries in it are not void at {@code now}, the store's microseconds, and stale since the soft barrier if there is one. */
public sealed interface Reading {
    /** Fresh, and no refresh is due. */
    record Fresh(Entry entry, long now) implements Reading {}

    /** The caller is to load. An entry that came along is stale, or fresh with its refresh due. */
    record Leased(Lease lease, @Nullable Entry entry, long now) implements Reading {}

    /**
     * Somebody else is loading.
     *
     * @param remaining microseconds until that lease ends by itself
     */
    record Held(long remaining, @Nullable Entry entry, long now) implements Reading {}

    /** The answer depends on these request headers; ask again with the variant's place. */
    record Varies(List<String> names) implements Reading {}

    /** The store did not answer, or may not be believed now. */
    record Unavailable() implements Reading {}
}
