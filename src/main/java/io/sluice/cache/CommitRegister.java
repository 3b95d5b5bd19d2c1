package io.sluice.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which commits have put their barriers, for a minute: a commit that is told of again puts no other, and what it wrote through is not
 * voided by itself. What is forgotten is put again.
 */
final class CommitRegister {
    /** How long commits are remembered, µs. */
    static final long MINUTE = 60_000_000;

    /** A commit that voids more names is not remembered. */
    static final int MOST_NAMES = 100;

    private static final int MOST_COMMITS = 10_000;

    /**
     * @param at the instant of the commit's barrier on a name
     * @param before that of the latest one before on that name, which it hides; {@link Long#MIN_VALUE} where there was none
     */
    private record Own(long at, long before) {}

    private record Known(long since, Map<String, Own> barriers) {}

    /** The oldest first. */
    private final LinkedHashMap<String, Known> commits = new LinkedHashMap<>();

    private final Function<String, @Nullable Long> latest;

    /** @param latest tells the instant of a name's latest barrier; null for none */
    CommitRegister(Function<String, @Nullable Long> latest) {
        this.latest = latest;
    }

    /**
     * The names of a commit on which its barrier is still to be put, which it then is, at that instant.
     *
     * @param after no barrier of this commit is from before: the floor, or what it began with. Ids may come again when a
     *     database has lost commits
     */
    List<String> missing(Commit commit, long at, long after) {
        forget(at);
        String id = commit.id();
        List<String> missing = new ArrayList<>(commit.names().size());
        for (String name : commit.names()) {
            if (own(id, name, after) == null) {
                missing.add(name);
            }
        }
        if (id != null && !missing.isEmpty()) {
            Map<String, Own> barriers = commits.computeIfAbsent(id, one -> new Known(at, new HashMap<>())).barriers;
            if (barriers.size() + missing.size() <= MOST_NAMES) {
                missing.forEach(name -> barriers.put(name, new Own(at, latest(name))));
            } else {
                commits.remove(id);
            }
        }
        return missing;
    }

    /**
     * Whether no other commit's barrier came on any of these names since then. One that this commit's own barrier hides counts, and where both
     * came the latest one is the other's.
     */
    boolean alone(@Nullable String id, String[] names, long since) {
        for (String name : names) {
            long barrier = latest(name);
            Own own = own(id, name, since);
            if ((own != null && own.at == barrier ? own.before : barrier) >= since) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Own own(@Nullable String id, String name, long after) {
        Known known = id == null ? null : commits.get(id);
        Own own = known == null ? null : known.barriers.get(name);
        return own != null && own.at > after ? own : null;
    }

    private long latest(String name) {
        Long instant = latest.apply(name);
        return instant == null ? Long.MIN_VALUE : instant;
    }

    private void forget(long now) {
        Iterator<Known> oldest = commits.values().iterator();
        while (oldest.hasNext() && (oldest.next().since <= now - MINUTE || commits.size() > MOST_COMMITS)) {
            oldest.remove();
        }
    }
}
