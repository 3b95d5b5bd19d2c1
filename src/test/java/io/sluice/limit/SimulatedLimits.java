package io.sluice.limit;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fleet of limiters in front of one store, on one driven clock: round trips, clocks that drift, threads that are held up
 * between two steps, instances that crash, replies and corrections that are lost.
 */
final class SimulatedLimits {
    /**
     * What goes wrong, and how much.
     *
     * @param trip the longest way to the store or back, µs
     * @param drift the most that a local clock is fast or slow, parts per million
     * @param pause the longest that a thread is held up, µs; 0: never
     * @param losses of this many corrections, one does not arrive or is not acknowledged; 0: none
     */
    record World(int instances, long trip, int drift, long pause, int losses) {}

    private static final long DEADLINE = 20_000;

    private record Event(long at, long order, Runnable run) {}

    private final World world;
    private final Random random;
    private final AtomicLong now = new AtomicLong(Limits.START);
    private final MemoryLimitStore store = Limits.oracle(now);
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at == b.at ? Long.compare(a.order, b.order) : Long.compare(a.at, b.at));
    private final List<Instance> instances = new ArrayList<>();
    private long order;
    private boolean paused;
    /** Calls of the store. */
    long trips;

    SimulatedLimits(World world, Random random) {
        this.world = world;
        this.random = random;
        for (int i = 0; i < world.instances; i++) {
            instances.add(new Instance());
        }
    }

    int size() {
        return instances.size();
    }

    long now() {
        return now.get();
    }

    void at(long micros, Runnable run) {
        events.add(new Event(Math.max(micros, now.get()), order++, run));
    }

    /** Until that instant, or until nothing is to come. */
    void run(long until) {
        while (!events.isEmpty() && events.peek().at <= until) {
            Event next = events.remove();
            now.set(Math.max(now.get(), next.at));
            next.run.run();
        }
        now.set(Math.max(now.get(), until));
    }

    /** A request at one instance. What is admitted, and when it was decided, is told for each ask. */
    void request(int instance, List<Ask> asks, List<Admissions> admissions) {
        instances.get(instance).request(asks, admissions);
    }

    void crash(int instance) {
        instances.set(instance, new Instance());
    }

    void close(int instance) {
        instances.get(instance).limiter.close().subscribe().with(done -> {});
        instances.set(instance, new Instance());
    }

    private final class Instance implements LimitStore {
        private final double rate = 1 + (random.nextDouble() * 2 - 1) * world.drift / 1e6;
        private final long base = random.nextLong() >> 2;
        private final Limiter limiter = new Limiter(this, new MemoryLimitStore(now::get, 1), () -> 1, this::nanoTime);
        private long busyUntil;
        private long requests;
        /** When a slice's clock was read last, and for the requests on their way to the store, by their numbers. */
        private long spentAt;

        private final Map<Long, Long> spentOf = new HashMap<>();
        /** When the store decided, by a request's number and a key. */
        private final Map<String, Long> decided = new HashMap<>();

        Instance() {
            tick();
        }

        /** An instance that crashed stays out of the list, and what is still to come for it finds nobody. */
        private boolean alive() {
            return instances.contains(this);
        }

        private void tick() {
            at(now.get() + 10_000, () -> {
                if (alive() && order < 3_000_000) {
                    free(() -> limiter.tick());
                    tick();
                }
            });
        }

        /** Reading the clock is where a thread may be held up: other instances go on meanwhile. */
        private long nanoTime() {
            boolean spends = StackWalker.getInstance()
                    .walk(frames -> frames.skip(1)
                            .limit(3)
                            .anyMatch(frame -> frame.getClassName().equals(Slice.class.getName())));
            if (spends && world.pause > 0 && !paused && random.nextInt(4) == 0) {
                paused = true;
                long until = now.get() + (long) (random.nextDouble() * world.pause);
                // Either the whole instance stands still, or this thread alone.
                busyUntil = random.nextBoolean() ? until : busyUntil;
                run(until);
                paused = false;
            }
            if (spends) {
                spentAt = now.get();
            }
            return base + (long) ((now.get() - Limits.START) * 1000 * rate);
        }

        /** Runs when this instance is not held up. */
        private void free(Runnable run) {
            if (now.get() < busyUntil) {
                at(busyUntil, () -> free(run));
            } else {
                run.run();
            }
        }

        void request(List<Ask> wanted, List<Admissions> admissions) {
            if (now.get() < busyUntil) {
                at(busyUntil, () -> request(wanted, admissions));
                return;
            }
            long number = ++requests;
            List<Ask> asks = wanted.stream()
                    .map(ask -> new Ask(ask.limit(), ask.key(), ask.cost(), 0, false, number))
                    .toList();
            limiter.acquire(asks).subscribe().with(verdict -> {
                Long spent = spentOf.remove(number);
                for (int i = 0; i < asks.size(); i++) {
                    Long there = decided.remove(number + asks.get(i).key());
                    if (verdict.outcome() == Verdict.Outcome.ALLOWED && !verdict.byShare() && alive()) {
                        admissions
                                .get(i)
                                .add(
                                        there != null ? there : spent != null ? spent : spentAt,
                                        asks.get(i).cost());
                    }
                }
            });
        }

        private long trip() {
            return random.nextInt(200) == 0
                    ? (long) (random.nextDouble() * 3 * DEADLINE)
                    : (long) (random.nextDouble() * world.trip);
        }

        @Override
        public Uni<List<Decision>> acquire(List<Ask> asks) {
            trips++;
            asks.forEach(ask -> spentOf.put(ask.holder(), spentAt));
            return Uni.createFrom().emitter(emitter -> {
                boolean[] over = new boolean[1];
                at(
                        now.get() + DEADLINE,
                        () -> free(() -> {
                            if (!over[0]) {
                                over[0] = true;
                                emitter.complete(Collections.nCopies(asks.size(), Decision.UNAVAILABLE));
                            }
                        }));
                at(now.get() + trip(), () -> {
                    long instant = now.get();
                    List<Decision> decisions = store.decide(asks, 1, true);
                    at(
                            instant + trip(),
                            () -> free(() -> {
                                if (!over[0] && alive()) {
                                    over[0] = true;
                                    asks.forEach(ask -> decided.put(ask.holder() + ask.key(), instant));
                                    emitter.complete(decisions);
                                }
                            }));
                });
            });
        }

        @Override
        public Uni<List<Settlement>> settle(List<Settlement> settlements) {
            return Uni.createFrom().emitter(emitter -> {
                if (world.losses > 0 && random.nextInt(world.losses) == 0) {
                    emitter.complete(settlements);
                    return;
                }
                at(now.get() + trip(), () -> {
                    store.settle(settlements).await().indefinitely();
                    boolean told = world.losses == 0 || random.nextInt(world.losses) > 0;
                    at(now.get() + trip(), () -> emitter.complete(told ? List.of() : settlements));
                });
            });
        }
    }
}
