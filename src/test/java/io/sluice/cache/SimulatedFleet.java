package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared store without a network: every operation is carried out at one step and answered at a later one, and the test
 * chooses the steps. Messages arrive late; a line that breaks loses them.
 */
final class SimulatedFleet {
    /** How long a broken line goes unnoticed at most: what an invalidation waits for. */
    static final long NEAR = 1_000_000;

    final ManualTime time;
    private final Map<CacheKey, Entry> entries = new HashMap<>();
    private final Map<CacheKey, Lease> leases = new HashMap<>();
    private final Map<CacheKey, Long> leaseEnds = new HashMap<>();
    private final Map<String, Long> barriers = new HashMap<>();
    private final CommitRegister register = new CommitRegister(barriers::get);
    private final List<Member> members = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>();
    private long last;
    private long tokens;

    SimulatedFleet(ManualTime time) {
        this.time = time;
    }

    int steps() {
        return steps.size();
    }

    void step(int which) {
        steps.remove(which).run();
    }

    void settle() {
        while (!steps.isEmpty()) {
            step(0);
        }
    }

    private long now() {
        return Math.max(last, time.micros());
    }

    private long instant() {
        last = Math.max(last + 1, time.micros());
        return last;
    }

    private boolean isVoid(CacheKey key, Entry entry) {
        for (String name : Barriers.names(key, entry.tags())) {
            if (entry.start() <= barriers.getOrDefault(name, -1L)) {
                return true;
            }
        }
        return false;
    }

    /** Since when it is stale by a soft barrier; {@link Barriers#NEVER}. */
    private long softened(CacheKey key, Entry entry) {
        long since = Barriers.NEVER;
        for (String name : Barriers.names(key, entry.tags())) {
            long at = barriers.getOrDefault(Barriers.soft(name), -1L);
            if (entry.start() <= at) {
                since = Math.min(since, at);
            }
        }
        return since;
    }

    /** What may happen to a trip to the store. */
    enum Fault {
        NONE,
        /** It never arrives. */
        NOT_SENT,
        /** It is carried out, and nobody hears of it. */
        NOT_ANSWERED
    }

    /** One instance's view. */
    final class Member implements CacheStore {
        private final Barriers heard = new Barriers(1000);
        private final Deque<Runnable> line = new ArrayDeque<>();
        private final Map<CacheKey, List<Consumer<Outcome>>> waiting = new HashMap<>();
        private boolean connected = true;
        private boolean dead;
        private Fault fault = Fault.NONE;

        Member() {
            members.add(this);
        }

        int messages() {
            return line.size();
        }

        /** The next message arrives. */
        void hear() {
            Runnable message = line.poll();
            if (message != null) {
                message.run();
            }
        }

        void loseLine() {
            connected = false;
            line.clear();
            heard.missed();
        }

        void findLine() {
            connected = true;
        }

        /** Nothing of it is carried out any more. */
        void die() {
            dead = true;
            loseLine();
        }

        /** What happens to its trips from now on; its line is not concerned. */
        void fault(Fault kind) {
            fault = kind;
        }

        private <T> Uni<T> trip(Supplier<T> operation, T otherwise) {
            return Uni.createFrom()
                    .emitter(emitter -> steps.add(() -> {
                        if (!dead) {
                            T reply = fault == Fault.NOT_SENT ? otherwise : operation.get();
                            T told = fault == Fault.NONE ? reply : otherwise;
                            steps.add(() -> answer(emitter, told));
                        }
                    }));
        }

        private <T> void answer(UniEmitter<? super T> emitter, T reply) {
            if (!dead) {
                emitter.complete(reply);
            }
        }

        @Override
        public Barriers barriers() {
            return heard;
        }

        @Override
        public boolean alive() {
            return connected;
        }

        @Override
        public boolean shared() {
            return true;
        }

        @Override
        public Uni<Reading> acquire(Place place, long leaseMicros, long due) {
            return trip(
                    () -> {
                        long now = now();
                        Entry entry = entries.get(place.at());
                        if (entry != null && isVoid(place.key(), entry)) {
                            entry = null;
                        } else if (entry != null) {
                            entry = entry.staleSince(softened(place.key(), entry));
                        }
                        if (entry != null && now < entry.start() + entry.fresh() && entry.start() != due) {
                            return new Reading.Fresh(entry, now);
                        }
                        Long end = leaseEnds.get(place.at());
                        if (end != null && end > time.micros()) {
                            return new Reading.Held(end - time.micros(), entry, now);
                        }
                        Lease lease = new Lease(place, instant(), "t" + tokens++);
                        leases.put(place.at(), lease);
                        leaseEnds.put(place.at(), time.micros() + leaseMicros);
                        return new Reading.Leased(lease, entry, lease.start());
                    },
                    new Reading.Unavailable());
        }

        private boolean holds(Lease lease) {
            Long end = leaseEnds.get(lease.place().at());
            return lease.equals(leases.get(lease.place().at())) && end != null && end > time.micros();
        }

        private void giveBack(Lease lease, Outcome outcome) {
            if (holds(lease)) {
                CacheKey at = lease.place().at();
                leases.remove(at);
                leaseEnds.remove(at);
                publish(member -> List.copyOf(member.waiting.getOrDefault(at, List.of()))
                        .forEach(waiter -> waiter.accept(outcome)));
            }
        }

        private void publish(Consumer<Member> message) {
            for (Member member : members) {
                if (member.connected) {
                    member.line.add(() -> message.accept(member));
                }
            }
        }

        @Override
        public Uni<Boolean> extend(Lease lease, long leaseMicros) {
            return trip(
                    () -> {
                        if (holds(lease)) {
                            leaseEnds.put(lease.place().at(), time.micros() + leaseMicros);
                            return true;
                        }
                        return false;
                    },
                    true);
        }

        @Override
        public Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary) {
            return trip(
                    () -> {
                        CacheKey key = lease.place().key();
                        boolean refused = isVoid(key, entry) || softened(key, entry) != Barriers.NEVER;
                        boolean held = holds(lease);
                        if (held && !refused) {
                            entries.put(at, entry);
                        }
                        giveBack(lease, new Outcome.Ended());
                        return refused ? Storing.VOID : held ? Storing.STORED : Storing.LOST;
                    },
                    Storing.UNAVAILABLE);
        }

        @Override
        public Uni<Void> release(Lease lease, Outcome outcome) {
            return trip(
                            () -> {
                                giveBack(lease, outcome);
                                return true;
                            },
                            true)
                    .replaceWithVoid();
        }

        @Override
        public Waiting await(CacheKey at, Consumer<Outcome> waiter) {
            waiting.computeIfAbsent(at, key -> new ArrayList<>()).add(waiter);
            return () -> waiting.getOrDefault(at, List.of()).remove(waiter);
        }

        @Override
        public Uni<Void> commits(List<Commit> commits) {
            return Uni.createFrom()
                    .emitter(emitter -> steps.add(() -> {
                        tell(
                                commits.stream()
                                        .map(commit -> put(commit, Long.MIN_VALUE))
                                        .toList(),
                                () -> emitter.complete(null));
                    }));
        }

        @Override
        public Uni<@Nullable Long> begin() {
            return trip(SimulatedFleet.this::instant, -1L).map(instant -> instant < 0 ? null : instant);
        }

        @Override
        public Uni<Wrote> write(Commit commit, @Nullable Through through) {
            return Uni.createFrom()
                    .emitter(emitter -> steps.add(() -> {
                        if (dead || fault == Fault.NOT_SENT) {
                            steps.add(() -> unknown(emitter));
                            return;
                        }
                        boolean stores = through != null && stores(commit.id(), through);
                        Consumer<Barriers> put = put(
                                commit,
                                through == null
                                        ? Long.MAX_VALUE
                                        : through.entry().start());
                        long start = stores ? instant() : Wrote.NOT_STORED;
                        if (through != null && stores) {
                            entries.put(through.key(), through.entry().since(start));
                        }
                        CompletableFuture<Void> confirmed = new CompletableFuture<>();
                        tell(List.of(put), () -> confirmed.complete(null));
                        boolean answered = fault == Fault.NONE;
                        Wrote wrote = new Wrote(start, Uni.createFrom().completionStage(confirmed));
                        steps.add(() -> {
                            if (answered) {
                                answer(emitter, wrote);
                            } else {
                                unknown(emitter);
                            }
                        });
                    }));
        }

        private void unknown(UniEmitter<?> emitter) {
            if (!dead) {
                emitter.fail(new IllegalStateException("nobody knows"));
            }
        }

        private boolean stores(@Nullable String id, Through through) {
            long began = through.entry().start();
            Entry there = entries.get(through.key());
            return now() - began <= through.deadline()
                    && register.alone(
                            id, Barriers.names(through.key(), through.entry().tags()), began)
                    && softened(through.key(), through.entry()) == Barriers.NEVER
                    && (there == null || there.start() <= began);
        }

        private Consumer<Barriers> put(Commit commit, long after) {
            long at = instant();
            List<String> missing = register.missing(commit, at, after);
            missing.forEach(name -> barriers.put(name, at));
            return heard -> heard.hear(missing, at);
        }

        /** Who has heard this has heard all before, too. */
        private void tell(List<Consumer<Barriers>> put, Runnable confirmed) {
            Set<Member> expected = new HashSet<>(members);
            expected.removeIf(member -> !member.connected);
            boolean[] over = {false};
            Runnable check = () -> {
                if (!over[0] && expected.stream().noneMatch(member -> member.connected)) {
                    over[0] = true;
                    expected.clear();
                    confirmed.run();
                }
            };
            publish(member -> {
                put.forEach(one -> one.accept(member.heard));
                expected.remove(member);
                check.run();
            });
            time.after(NEAR, () -> {
                // An instance that has not heard it by now has noticed that its line is not proved.
                expected.forEach(Member::loseLine);
                check.run();
            });
            check.run();
        }
    }
}
