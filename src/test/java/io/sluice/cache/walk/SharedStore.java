package io.sluice.cache.walk;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheStore.Through;
import io.sluice.cache.CacheStore.Wrote;
import io.sluice.cache.Commit;
import io.sluice.cache.Drafts;
import io.sluice.cache.Entry;
import io.sluice.cache.Lease;
import io.sluice.cache.Outcome;
import io.sluice.cache.Place;
import io.sluice.cache.Reading;
import io.sluice.cache.Storing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One key's part of the shared store: each method does in one step what the Lua script of the same name does. */
final class SharedStore {
    /** What goes over every line. */
    sealed interface Message {
        record Barrier(Map<String, Long> instants, int sender, int number) implements Message {}

        record Ended(Outcome outcome) implements Message {}

        record Confirmed(int number, int by) implements Message {}
    }

    private final Scenario scenario;
    private final LongSupplier clock;
    private final Consumer<Message> publish;
    private Map<String, Long> barriers = new TreeMap<>();
    private final Map<String, Map<String, Own>> register = new TreeMap<>();
    private int told;
    private long last;
    private @Nullable Entry entry;
    private @Nullable Lease lease;
    private long leaseEnd;
    private boolean waited;

    /** By token, when each lease that was granted ends by itself, also where it was given back. */
    private final Map<String, Long> ends = new TreeMap<>();

    /** What went wrong, if anything. */
    @Nullable
    String violation;

    SharedStore(Scenario scenario, LongSupplier clock, Consumer<Message> publish) {
        this.scenario = scenario;
        this.clock = clock;
        this.publish = publish;
    }

    private long present() {
        return Math.max(last, clock.getAsLong());
    }

    private long instant() {
        last = scenario.keeps(Rule.INSTANTS_NEVER_REPEAT) ? Math.max(last + 1, clock.getAsLong()) : present();
        return last;
    }

    Long begin() {
        return instant();
    }

    Map<String, Long> barriers() {
        return new HashMap<>(barriers);
    }

    private boolean isVoid(Place place, Entry candidate, Map<String, Long> against) {
        long tie = scenario.keeps(Rule.TIE_IS_VOID) ? 0 : 1;
        for (String name : Barriers.names(place.key(), candidate.tags())) {
            Long barrier = against.get(name);
            if (barrier != null && candidate.start() + tie <= barrier) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Lease lease() {
        return lease != null && leaseEnd > clock.getAsLong() ? lease : null;
    }

    boolean holds(@Nullable Lease claimed) {
        Lease now = lease();
        return now != null && claimed != null && now.token().equals(claimed.token());
    }

    private void lasts(Lease granted, long micros) {
        leaseEnd = clock.getAsLong() + micros;
        ends.values().removeIf(end -> end <= clock.getAsLong());
        ends.put(granted.token(), leaseEnd);
    }

    /** Whether this lease has not run out, whatever its holder did with it. */
    boolean lasts(@Nullable Lease granted) {
        return granted != null && ends.getOrDefault(granted.token(), 0L) > clock.getAsLong();
    }

    /** When the lease ends by itself; null when there is none. */
    @Nullable
    Long leaseEnd() {
        return lease() == null ? null : leaseEnd;
    }

    Reading acquire(Place place, long leaseMicros, long due, String token, Map<String, Long> against) {
        long now = present();
        Entry found = entry;
        if (found != null && scenario.keeps(Rule.READ_CHECK) && isVoid(place, found, against)) {
            found = null;
        }
        if (found != null
                && now < found.start() + Math.min(found.fresh(), found.refreshAfter())
                && found.start() != due) {
            return new Reading.Fresh(found, now);
        }
        if (leaseMicros == 0) {
            return new Reading.Held(0, found, now);
        }
        if (lease() != null) {
            waited = true;
            return new Reading.Held(leaseEnd - clock.getAsLong(), found, now);
        }
        Lease taken = new Lease(place, instant(), token);
        lease = taken;
        lasts(taken, leaseMicros);
        waited = false;
        return new Reading.Leased(taken, found, now);
    }

    Storing store(Lease claimed, Entry loaded) {
        boolean refused = scenario.keeps(Rule.STORE_CHECK) && isVoid(claimed.place(), loaded, barriers);
        boolean held = holds(claimed);
        boolean may = held || !scenario.keeps(Rule.LEASE_TOKEN);
        if (may && !refused) {
            if (entry != null && version(loaded) < version(entry)) {
                violation = version(loaded) + " was stored over " + version(entry);
            }
            entry = loaded;
        }
        release(claimed, new Outcome.Ended());
        return refused ? Storing.VOID : may ? Storing.STORED : Storing.LOST;
    }

    void release(Lease claimed, Outcome outcome) {
        if (holds(claimed)) {
            lease = null;
            if (waited) {
                publish.accept(new Message.Ended(outcome));
            }
        }
    }

    boolean extend(Lease claimed, long leaseMicros) {
        if (!holds(claimed)) {
            return false;
        }
        lasts(claimed, leaseMicros);
        return true;
    }

    /** A commit's barrier on a name, and the latest one before, which it hides. */
    private record Own(long at, long before) {}

    /**
     * @param instants the one that holds for each name
     * @param anew whether any was put
     * @param stored the start of what was stored, or {@link Wrote#NOT_STORED}
     */
    record Put(Map<String, Long> instants, boolean anew, long stored) {}

    Put invalidate(List<Commit> commits, int sender, int number) {
        Map<String, Long> instants = new TreeMap<>();
        Map<String, Long> put = new TreeMap<>();
        commits.forEach(commit -> put(commit, -1, instants, put));
        publish.accept(new Message.Barrier(put, sender, number));
        commits.forEach(this::told);
        return new Put(instants, !put.isEmpty(), Wrote.NOT_STORED);
    }

    Put write(Commit commit, @Nullable Through through, boolean alone, int sender, int number) {
        boolean stores = through != null && alone;
        if (stores && scenario.keeps(Rule.LOADED_SINCE) && entry != null) {
            stores = entry.start() <= through.entry().start();
        }
        Map<String, Long> instants = new TreeMap<>();
        Map<String, Long> put = new TreeMap<>();
        put(commit, through == null ? Long.MAX_VALUE : through.entry().start(), instants, put);
        publish.accept(new Message.Barrier(put, sender, number));
        if (!stores) {
            return new Put(instants, !put.isEmpty(), Wrote.NOT_STORED);
        }
        Entry written = through.entry().since(instant());
        if (entry != null && version(written) < version(entry)) {
            violation = version(written) + " was written over " + version(entry);
        }
        entry = written;
        told(commit);
        return new Put(instants, !put.isEmpty(), written.start());
    }

    /** Whether no other barrier came since the write began. */
    boolean alone(@Nullable String id, Through through) {
        if (!scenario.keeps(Rule.NO_OTHER_BARRIER)) {
            return true;
        }
        long begun = through.entry().start();
        for (String name : Barriers.names(through.key(), through.entry().tags())) {
            long barrier = barriers.getOrDefault(name, -1L);
            Own own = own(id, name, begun);
            if (own != null && own.at == barrier) {
                barrier = scenario.keeps(Rule.HIDDEN_BARRIER) ? own.before : -1;
            }
            if (barrier >= begun) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Own own(@Nullable String id, String name, long after) {
        Own own = id == null ? null : register.getOrDefault(id, Map.of()).get(name);
        return own != null && own.at > after ? own : null;
    }

    /** What an acknowledged commit voids is void from here on. */
    private void told(Commit commit) {
        String id = commit.id();
        if (id != null && commit.names().contains(Barriers.ofTag("product:42"))) {
            told = Math.max(told, Integer.parseInt(id));
        }
        if (entry != null && version(entry) < told && !isVoid(Place.of(Drafts.KEY), entry, barriers)) {
            violation = version(entry) + " is not void after the barrier of " + told;
        }
    }

    private void put(Commit commit, long after, Map<String, Long> instants, Map<String, Long> put) {
        long at = instant();
        String id = commit.id();
        Map<String, Own> known = id == null ? new TreeMap<>() : register.computeIfAbsent(id, one -> new TreeMap<>());
        boolean again = !known.isEmpty();
        if (again && !scenario.keeps(Rule.MISSING_AT_PRESENT)) {
            at = known.values().iterator().next().at;
        }
        for (String name : commit.names()) {
            Own own = own(id, name, after);
            if (own == null && !(again && !scenario.keeps(Rule.MISSING_NAMES))) {
                long before = barriers.getOrDefault(name, -1L);
                own = new Own(at, before);
                known.put(name, own);
                barriers.put(name, Math.max(at, before));
                put.put(name, at);
            }
            instants.put(name, own == null ? -1 : own.at);
        }
    }

    static int version(Entry entry) {
        return Integer.parseInt(Drafts.text(entry));
    }
}
