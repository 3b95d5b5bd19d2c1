package io.sluice.cache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The barriers a process has heard: a name and the instant (the store's microseconds) up to which loads of entries with
 * that name are void. Bounded: forgetting a barrier raises the floor, which holds for every name.
 *
 * <p>Names are {@code t:} and a tag, {@code k:} and a key, {@code r:} and a route, or {@link #EVERYTHING}. Each has a soft
 * twin, whose barrier makes entries stale that were loaded before, and not void.
 */
public final class Barriers {
    /** The name that every entry carries. */
    public static final String EVERYTHING = "*";

    /** No barrier. */
    static final long NEVER = Long.MAX_VALUE;

    /** What the names of soft barriers begin with, here and in the scripts. */
    private static final String SOFT = "~";

    private static final int LONGEST_TEXT = 256;

    /** How many names below the floor are dropped with each barrier. */
    private static final int COVERED = 8;

    private final int capacity;
    /** What is read, without a lock: after each barrier every entry is compared once. */
    private final Map<String, Long> instants = new ConcurrentHashMap<>();

    /** The same names, the one that was heard longest ago first. */
    private final Map<String, Long> order = new LinkedHashMap<>();

    private volatile long floor = Long.MIN_VALUE;
    /** The last soft barrier: what was loaded since needs no look at any name. */
    private volatile long softest = Long.MIN_VALUE;

    private volatile long heard;
    private volatile long epoch;

    /** @param capacity how many names are remembered */
    public Barriers(int capacity) {
        this.capacity = capacity;
    }

    public static String ofTag(String tag) {
        return "t:" + tag;
    }

    public static String ofRoute(String route) {
        return "r:" + route;
    }

    /** Small whatever the client asked for: it is kept for long, in every instance. */
    public static String ofKey(CacheKey key) {
        String text = key.text();
        return "k:" + key.route() + '\n'
                + (text.length() <= LONGEST_TEXT ? text : Digest.of(text).toString());
    }

    /** The soft twin of a name. */
    public static String soft(String name) {
        return SOFT + name;
    }

    /** All names whose barriers void an entry of this key with these tags, but {@link #EVERYTHING}. */
    public static String[] names(CacheKey key, List<String> tags) {
        String[] names = new String[tags.size() + 2];
        names[0] = ofKey(key);
        names[1] = ofRoute(key.route());
        for (int i = 0; i < tags.size(); i++) {
            names[i + 2] = ofTag(tags.get(i));
        }
        return names;
    }

    /** Moves with everything heard: while it stands still, what was found not void still is not. */
    public long heard() {
        return heard;
    }

    /** Moves when barriers may have been missed: what was checked in an earlier epoch has to be checked at the store. */
    public long epoch() {
        return epoch;
    }

    /** Barriers may have been missed. */
    public synchronized void missed() {
        epoch++;
        heard++;
    }

    /** Remembers a barrier. Barriers may come in any order and repeatedly. */
    public synchronized void hear(Iterable<String> names, long instant) {
        for (String name : names) {
            if (name.equals(EVERYTHING)) {
                floor = Math.max(floor, instant);
            } else if (instant > floor) {
                Long before = order.remove(name);
                long latest = before == null ? instant : Math.max(before, instant);
                order.put(name, latest);
                instants.put(name, latest);
                if (name.startsWith(SOFT)) {
                    softest = Math.max(softest, latest); // after the name
                }
            }
        }
        forget();
        heard++; // after the map: who reads the new count finds the barrier
    }

    /** What the floor covers goes a few at a time: this runs on event loops. */
    private void forget() {
        Iterator<Map.Entry<String, Long>> oldest = order.entrySet().iterator();
        for (int i = 0; oldest.hasNext() && (i < COVERED || order.size() > capacity); i++) {
            Map.Entry<String, Long> next = oldest.next();
            if (next.getValue() > floor) {
                if (order.size() <= capacity) {
                    return;
                }
                floor = next.getValue(); // before the name goes: readers look for the name first
            }
            instants.remove(next.getKey());
            oldest.remove();
        }
    }

    /** Whether an entry with these names whose load began at that instant is void: a barrier is not earlier. */
    public boolean isVoid(String[] names, long start) {
        for (String name : names) {
            Long instant = instants.get(name);
            if (instant != null && start <= instant) {
                return true;
            }
        }
        return start <= floor; // after the names: one that was forgotten meanwhile has raised it
    }

    /**
     * Since when an entry with these names whose load began at that instant is stale by a soft barrier: the earliest that is
     * not earlier than its start; {@link #NEVER}. To be asked before {@link #isVoid}: forgetting a soft barrier raises the
     * floor too.
     */
    long softened(String[] names, long start) {
        if (start > softest) {
            return NEVER;
        }
        long earliest = softened(EVERYTHING, start);
        for (String name : names) {
            earliest = Math.min(earliest, softened(name, start));
        }
        return earliest;
    }

    private long softened(String name, long start) {
        Long instant = instants.get(soft(name));
        return instant != null && start <= instant ? instant : NEVER;
    }

    /** Whether the outcome of a load that began at that instant is not to be stored: neither void nor stale already. */
    boolean refuses(String[] names, long start) {
        return softened(names, start) != NEVER || isVoid(names, start);
    }

    /** The instant of the latest barrier on a name; null for none that is remembered. To be asked before {@link #floor}. */
    @Nullable
    Long latest(String name) {
        return instants.get(name);
    }

    /** The barrier on every name. */
    long floor() {
        return floor;
    }

    /** How many names are remembered. */
    public int size() {
        return instants.size();
    }
}
