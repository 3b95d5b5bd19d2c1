package io.sluice.cache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The barriers a process has heard: a name and the instant (the store's microseconds) up to which loads of entries with
 * that name are void. Bounded: forgetting a barrier raises the floor, which holds for every name.
 *
 * <p>Names are {@code t:} and a tag, {@code k:} and a key, {@code r:} and a route, or {@link #EVERYTHING}.
 */
public final class Barriers {
    /** The name that every entry carries. */
    public static final String EVERYTHING = "*";

    private final int capacity;
    private final Map<String, Long> instants = new LinkedHashMap<>();
    private long floor = Long.MIN_VALUE;
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

    public static String ofKey(CacheKey key) {
        return "k:" + key.route() + '\n' + key.text();
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
                instants.values().removeIf(i -> i <= floor);
            } else if (instant > floor) {
                Long before = instants.remove(name);
                instants.put(name, before == null ? instant : Math.max(before, instant));
            }
        }
        forget();
        heard++; // after the map: who reads the new count finds the barrier
    }

    private void forget() {
        Iterator<Long> oldest = instants.values().iterator();
        while (instants.size() > capacity) {
            floor = Math.max(floor, oldest.next());
            oldest.remove();
        }
    }

    /** Whether an entry with these names whose load began at that instant is void: a barrier is not earlier. */
    public synchronized boolean isVoid(String[] names, long start) {
        if (start <= floor) {
            return true;
        }
        for (String name : names) {
            Long instant = instants.get(name);
            if (instant != null && start <= instant) {
                return true;
            }
        }
        return false;
    }

    /** How many names are remembered. */
    public synchronized int size() {
        return instants.size();
    }
}
