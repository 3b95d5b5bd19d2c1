package io.sluice.origin.postgres;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a replica must have replayed to be read: for all, what the primary had written some time ago; for a client, what it wrote.
 * Clients are forgotten after a while, or when there are too many, and then what they wrote is asked of replicas for everybody.
 */
final class Marks {
    /** No replica has it. */
    static final long UNKNOWN = Long.MAX_VALUE;

    private static final long MARGIN = 5_000_000_000L;

    private final int most;
    private final long lag;
    /** By client, the oldest first. */
    private final Map<String, Mark> marks = new LinkedHashMap<>();
    /** The oldest is what is asked of all. */
    private final Deque<Mark> samples = new ArrayDeque<>();

    private long floor;
    private long floorUnknownAt;
    private boolean floorUnknown;
    /** A log that came to this is no more: replicas of it may have all that is behind it, and something else. */
    private long dead = -1;

    /** @param at nanoseconds; before it, all of it was written */
    private record Mark(long place, long at) {}

    /**
     * @param most clients that are remembered
     * @param lag nanoseconds that a replica may be behind
     */
    Marks(int most, long lag) {
        this.most = most;
        this.lag = lag;
    }

    /**
     * @param place that the primary told; {@link #UNKNOWN}: it wrote something, and nobody knows where that is
     * @param now when the primary was asked; where the place is not known, when all of it is written in any case
     */
    synchronized void wrote(String client, long place, long now) {
        Mark before = marks.remove(client);
        if (before == null || before.place == UNKNOWN && now - before.at > 0) {
            marks.put(client, new Mark(place, now));
        } else {
            marks.put(client, new Mark(Math.max(before.place, place), now - before.at > 0 ? now : before.at));
        }
        Iterator<Mark> eldest = marks.values().iterator();
        while (eldest.hasNext()) {
            Mark mark = eldest.next();
            if (marks.size() <= most && now - mark.at < lag + MARGIN) {
                return;
            }
            eldest.remove();
            forgotten(mark);
        }
    }

    private void forgotten(Mark mark) {
        if (mark.place == UNKNOWN) {
            floorUnknown = true;
            floorUnknownAt = mark.at;
        } else {
            floor = Math.max(floor, mark.place);
        }
    }

    /**
     * The primary told where it is.
     *
     * @param sent when it was asked
     * @return false where that is behind what it told before: it is another server, or has lost something, and nothing that was known holds
     */
    synchronized boolean primary(long place, long sent) {
        Mark last = samples.peekLast();
        boolean same = last == null || place >= last.place;
        if (!same) {
            dead = Math.max(dead, Math.max(last.place, floor));
            for (Mark mark : marks.values()) {
                dead = mark.place == UNKNOWN ? dead : Math.max(dead, mark.place);
            }
            marks.clear();
            floor = 0;
            floorUnknown = false;
        }
        if (!same || last != null && last.place <= dead) {
            samples.clear();
        }
        samples.add(new Mark(place, sent));
        if (floorUnknown && sent - floorUnknownAt > 0) {
            floorUnknown = false;
            floor = Math.max(floor, place);
        }
        // All but the newest of those that are old enough.
        Mark oldest = samples.removeFirst();
        while (!samples.isEmpty() && sent - samples.getFirst().at >= lag) {
            oldest = samples.removeFirst();
        }
        samples.addFirst(oldest);
        return same;
    }

    /** Whether the primary, when it tells this, has gone back, or has yet to come past where it was. */
    synchronized boolean behind(long place) {
        Mark last = samples.peekLast();
        return place <= dead || last != null && place < last.place;
    }

    /** Of every replica that is read; {@link #UNKNOWN} where the primary was not asked of late: nobody can tell how far they are behind. */
    synchronized long ofAll(long now) {
        Mark due = samples.peekFirst();
        Mark newest = samples.peekLast();
        return due == null || newest == null || floorUnknown || newest.place <= dead || now - newest.at > lag + MARGIN
                ? UNKNOWN
                : Math.max(due.place, floor);
    }

    /** Of one that this client reads. */
    synchronized long of(String client, long now) {
        Mark own = marks.get(client);
        long all = ofAll(now);
        return own == null ? all : Math.max(all, own.place);
    }
}
