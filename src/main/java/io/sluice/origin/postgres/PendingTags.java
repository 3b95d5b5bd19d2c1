package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tags that wait to be voided, by the commits that told them, bounded: too many commits are told as one that nobody knows, too many tags
 * become those of their tables, and too many of these everything.
 */
final class PendingTags {
    static final int MOST = 1_000;

    /** Each costs the store as much as some tags. */
    static final int MOST_COMMITS = 100;

    private Map<@Nullable String, Set<String>> commits = new LinkedHashMap<>();
    private int count;
    private boolean everything;

    void add(Committed commit) {
        if (everything) {
            return;
        }
        put(commit.id(), commit.tags());
        if (commits.size() > MOST_COMMITS || count > MOST) {
            together(false);
        }
        if (count > MOST) {
            together(true);
        }
        if (count > MOST) {
            everything();
        }
    }

    private void put(@Nullable String id, Collection<String> tags) {
        if (tags.isEmpty()) {
            return;
        }
        Set<String> known = commits.computeIfAbsent(id, one -> new LinkedHashSet<>());
        for (String tag : tags) {
            if (known.add(tag)) {
                count++;
            }
        }
    }

    /** @param tables whether of each tag only the table's is kept */
    private void together(boolean tables) {
        Map<@Nullable String, Set<String>> apart = commits;
        clear();
        for (Set<String> tags : apart.values()) {
            put(null, tables ? tags.stream().map(PendingTags::table).toList() : tags);
        }
    }

    private void clear() {
        commits = new LinkedHashMap<>();
        count = 0;
    }

    void everything() {
        everything = true;
        clear();
    }

    boolean isEmpty() {
        return !everything && count == 0;
    }

    /** Null for everything; nothing is left behind. */
    @Nullable
    List<Committed> take() {
        List<Committed> taken = null;
        if (!everything) {
            taken = new ArrayList<>(commits.size());
            for (Map.Entry<@Nullable String, Set<String>> commit : commits.entrySet()) {
                taken.add(new Committed(commit.getKey(), List.copyOf(commit.getValue())));
            }
        }
        everything = false;
        clear();
        return taken;
    }

    /** The text before the first colon: an entry that carries a tag carries that too. */
    private static String table(String tag) {
        int colon = tag.indexOf(':');
        return colon > 0 ? tag.substring(0, colon) : tag;
    }
}
