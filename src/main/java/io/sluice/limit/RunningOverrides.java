package io.sluice.limit;

import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The overrides in force. An entry is named by a limit ({@code per-client}: all its counters) or by a limit and the values of its key's
 * parts in order, after a space and parted by tabs ({@code per-client header:X-API-Key=alice}: one counter, which wins). What
 * names no limit of the present table, or has numbers that no store can count, has no effect. Safe for use by many threads.
 */
public final class RunningOverrides implements Overrides {
    private record Snapshot(Map<String, Entry> byLimit, Map<String, Entry> byCounter) {}

    /** One entry, and what it makes of the limits it was applied to: the same object for the same numbers. */
    private static final class Entry {
        private final Numbers numbers;
        private final Map<Limit, Limit> made = new IdentityHashMap<>();
        private volatile @Nullable Limit lastFrom;
        private volatile @Nullable Limit lastMade;

        Entry(Numbers numbers) {
            this.numbers = numbers;
        }

        @SuppressWarnings("ReferenceEquality") // limits are known by identity
        Limit of(Limit limit) {
            Limit known = lastMade;
            return known != null && lastFrom == limit ? known : make(limit);
        }

        private synchronized Limit make(Limit limit) {
            Limit result = made.computeIfAbsent(limit, from -> {
                Limit other = numbers.applied(from);
                return other == null ? from : other;
            });
            lastMade = null;
            lastFrom = limit;
            lastMade = result;
            return result;
        }
    }

    private final Runnable changed;
    private final Map<String, Limit> limits = new HashMap<>();
    private Map<String, Numbers> entries = Map.of();
    private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of());

    /** @param changed runs after each change of what is in force: what was remembered under other numbers is void */
    public RunningOverrides(Runnable changed) {
        this.changed = changed;
    }

    @Override
    public Limit of(Limit limit, String key) {
        Snapshot now = snapshot;
        if (now.byLimit.isEmpty() && now.byCounter.isEmpty()) {
            return limit;
        }
        Entry entry = now.byCounter.get(key);
        if (entry == null) {
            entry = now.byLimit.get(limit.name());
        }
        return entry == null ? limit : entry.of(limit);
    }

    /** The limits of another table. */
    public synchronized void use(Collection<Limit> declared) {
        limits.clear();
        declared.forEach(limit -> limits.put(limit.name(), limit));
        snapshot = snapshot(entries);
    }

    /**
     * Puts these in force, instead of all before.
     *
     * @param named by what they are for; those that are over are left out
     */
    public void replace(Map<String, Numbers> named) {
        synchronized (this) {
            if (named.equals(entries)) {
                return;
            }
            entries = Map.copyOf(named);
            snapshot = snapshot(entries);
        }
        changed.run();
    }

    private Snapshot snapshot(Map<String, Numbers> named) {
        Map<String, Entry> byLimit = new HashMap<>();
        Map<String, Entry> byCounter = new HashMap<>();
        named.forEach((name, numbers) -> {
            int space = name.indexOf(' ');
            Limit limit = limits.get(space < 0 ? name : name.substring(0, space));
            if (limit != null && space < 0) {
                byLimit.put(name, new Entry(numbers));
            } else if (limit != null) {
                List<String> values = List.of(name.substring(space + 1).split("\t", -1));
                if (values.size() == limit.key().size()) {
                    byCounter.put(LimitKey.of(limit, new PartValues(limit, values)), new Entry(numbers));
                }
            }
        });
        return new Snapshot(byLimit, byCounter);
    }

    /** The name of an entry for one counter of a limit. */
    public static String counter(String limit, List<String> values) {
        return limit + ' ' + String.join("\t", values);
    }
}
