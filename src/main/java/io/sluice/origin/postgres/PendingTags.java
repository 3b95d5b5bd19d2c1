package io.sluice.origin.postgres;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tags that wait to be voided, bounded: too many become those of their tables, and too many of these everything. */
final class PendingTags {
    static final int MOST = 1_000;

    private Set<String> tags = new LinkedHashSet<>();
    private boolean everything;

    void add(Collection<String> more) {
        if (everything) {
            return;
        }
        tags.addAll(more);
        if (tags.size() > MOST) {
            Set<String> tables = new LinkedHashSet<>();
            tags.forEach(tag -> tables.add(table(tag)));
            tags = tables;
            if (tables.size() > MOST) {
                everything();
            }
        }
    }

    void everything() {
        everything = true;
        tags.clear();
    }

    boolean isEmpty() {
        return !everything && tags.isEmpty();
    }

    /** Null for everything; nothing is left behind. */
    @Nullable
    List<String> take() {
        List<String> taken = everything ? null : List.copyOf(tags);
        everything = false;
        tags.clear();
        return taken;
    }

    /** The text before the first colon: an entry that carries a tag carries that too. */
    private static String table(String tag) {
        int colon = tag.indexOf(':');
        return colon > 0 ? tag.substring(0, colon) : tag;
    }
}
