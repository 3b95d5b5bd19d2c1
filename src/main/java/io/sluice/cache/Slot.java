package io.sluice.cache;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** What the near cache keeps under a key. */
sealed interface Slot<P> {
    /** Bytes, roughly. */
    int weight();

    /** An entry, with what was known of barriers when it was last found not void. */
    final class Kept<P> implements Slot<P> {
        private static final int OBJECTS = 320;

        /** Nobody draws earlier than so many leads before the end: that one would hit has a chance of 10⁻¹⁴. */
        private static final int LEADS = 32;

        /** Written before {@code checked}, and read after it: no cost of its own. */
        private Near<P> near;

        private final String[] names;
        final long epoch;
        private final AtomicLong refreshAt;
        private final long dueFrom;
        private volatile long checked;
        /** A reader has drawn a refresh. Seen late elsewhere, another one draws. */
        private boolean drawn;

        /**
         * @param epoch the barriers' epoch before the store was asked whether the entry is void; negative: never current
         */
        Kept(Near<P> near, String[] names, long epoch, long nowNanos) {
            this.near = near;
            this.names = names;
            this.epoch = epoch;
            this.checked = -1;
            Entry entry = near.entry();
            this.dueFrom = entry.lead() == 0
                    ? entry.refreshAfter()
                    : Math.min(entry.refreshAfter(), Math.max(entry.fresh() / 2, entry.fresh() - LEADS * entry.lead()));
            this.refreshAt = new AtomicLong(nowNanos);
        }

        /** As of the last {@link #current} or {@link #perhaps}: look at the time after it. */
        Near<P> near() {
            return near;
        }

        /** Not void, as far as this process has heard and with nothing missed. One volatile read unless barriers came. */
        boolean current(Barriers barriers, LongSupplier clock) {
            long heard = barriers.heard();
            if (checked == heard) {
                return true;
            }
            if (epoch != barriers.epoch() || !perhaps(barriers, clock)) {
                return false;
            }
            checked = heard;
            return true;
        }

        /** Not void by any barrier heard, and stale from a soft one on; some may have been missed. */
        boolean perhaps(Barriers barriers, LongSupplier clock) {
            long start = near.entry().start();
            long softened = barriers.softened(names, start);
            if (barriers.isVoid(names, start)) {
                return false;
            }
            if (softened != Barriers.NEVER) {
                near = near.staleSince(softened, clock.getAsLong());
            }
            return true;
        }

        /**
         * Whether a fresh entry's refresh is due, by its age or by this reader's draw, and none was begun just now. A draw
         * that hit holds for whoever comes after.
         *
         * @param elapsed the entry's, in microseconds
         */
        boolean refreshDue(long elapsed, long nowNanos, RandomGenerator random) {
            return elapsed >= dueFrom && nowNanos - refreshAt.get() >= 0 && (drawn || draw(elapsed, random));
        }

        private boolean draw(long elapsed, RandomGenerator random) {
            Entry entry = near.entry();
            boolean due = elapsed >= entry.refreshAfter()
                    || random.nextExponential() * entry.lead() >= entry.fresh() - elapsed;
            if (due) {
                drawn = true; // and never taken back by one who drew at the same time
            }
            return due;
        }

        /** Whether the caller is the one to start a refresh; nobody else is for a while. */
        boolean claimRefresh(long nowNanos, long retryMicros) {
            long at = refreshAt.get();
            return nowNanos - at >= 0 && refreshAt.compareAndSet(at, nowNanos + retryMicros * 1000);
        }

        @Override
        public int weight() {
            long bytes = OBJECTS + near.entry().body().weight();
            for (String header : near.entry().headers()) {
                bytes += 48L + header.length();
            }
            for (String name : names) {
                bytes += 48L + name.length();
            }
            return (int) Math.min(Integer.MAX_VALUE, bytes);
        }
    }

    /**
     * The key's answers depend on request headers.
     *
     * @param names sorted
     * @param untilNanos when to ask the store again
     */
    record Varying<P>(List<String> names, long untilNanos) implements Slot<P> {
        @Override
        public int weight() {
            return 512;
        }
    }
}
