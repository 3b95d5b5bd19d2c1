package io.sluice.cache.walk;

import io.sluice.cache.Asked;
import io.sluice.cache.Barriers;
import io.sluice.cache.Begun;
import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CacheSettings;
import io.sluice.cache.CacheStore;
import io.sluice.cache.Commit;
import io.sluice.cache.Drafts;
import io.sluice.cache.Entry;
import io.sluice.cache.Lease;
import io.sluice.cache.Load;
import io.sluice.cache.Loader;
import io.sluice.cache.Near;
import io.sluice.cache.Outcome;
import io.sluice.cache.Place;
import io.sluice.cache.Reading;
import io.sluice.cache.Storing;
import io.sluice.cache.Written;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process: the real cache, the trips it has under way, and its line. It does nothing by itself.
 */
final class Instance implements CacheStore {
    /** How long a proof of life holds, in microseconds. */
    static final long PROOF = 1_000_000;
    /** How long an invalidation waits for those who do not confirm it. */
    private static final long SECOND = PROOF * 105 / 100;

    private static final CacheSettings SETTINGS =
            new CacheSettings(1 << 20, 2_000_000, 30_000_000, 1_000_000_000, 5_000_000, 1_000_000, 0, 1000, 5000);

    /** A trip to the store or to the origin: asked, carried out, answered. */
    static final class Trip {
        final String name;
        private final Deque<Supplier<@Nullable Object>> steps;
        private final Consumer<Object> answer;
        private final @Nullable Runnable deadline;
        private @Nullable Object reply;
        private boolean given;

        Trip(
                String name,
                List<Supplier<@Nullable Object>> steps,
                Consumer<Object> answer,
                @Nullable Runnable deadline) {
            this.name = name;
            this.steps = new ArrayDeque<>(steps);
            this.answer = answer;
            this.deadline = deadline;
        }

        boolean isCarriedOut() {
            return steps.isEmpty();
        }

        boolean hasDeadline() {
            return deadline != null && !given;
        }

        void carryOut() {
            reply = steps.remove().get();
        }
    }

    private record Sent(long at, SharedStore.Message message) {}

    private record Read(int least, Asked asked) {}

    private final World world;
    private final int id;
    private final Barriers heard = new Barriers(100);
    private final Cache<String, String> cache;
    private final List<Trip> trips = new ArrayList<>();
    private final Deque<Sent> line = new ArrayDeque<>();
    private final Deque<Integer> notified = new ArrayDeque<>();
    private final List<Consumer<Outcome>> waiters = new ArrayList<>();
    private final Map<Integer, Set<Integer>> confirmed = new TreeMap<>();
    private final Map<Integer, UniEmitter<? super Void>> invalidations = new TreeMap<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<@Nullable Lease> loading = new ArrayList<>();
    private @Nullable Lease granted;
    private boolean crashed;
    private boolean subscribed = true;
    private @Nullable Long lostSince;
    private int tokens;
    private int barriers;

    Instance(World world, int id) {
        this.world = world;
        this.id = id;
        this.cache = new Cache<>(
                this,
                Drafts::prepared,
                Drafts.FAILURES,
                SETTINGS,
                (micros, task) -> world.time.after(micros, () -> input(task)),
                world.time::nanos,
                () -> 0);
    }

    /** Everything that reaches this process comes through here. */
    private void input(Runnable what) {
        if (!crashed) {
            what.run();
            granted = null;
        }
    }

    // -- what may be done to it --------------------------------------------------------------------------------------

    boolean isCrashed() {
        return crashed;
    }

    void read() {
        input(() -> {
            int least = world.acknowledged;
            Near<String> near = cache.fresh(Drafts.KEY, Drafts.ANY);
            if (near != null) {
                world.check(near.prepared(), least, id);
            } else {
                reads.add(new Read(least, new Asked(cache.lookup(Drafts.KEY, Drafts.ANY, new Origin()))));
            }
        });
    }

    void invalidate(int version) {
        input(() -> cache.invalidate(List.of("product:42"))
                .subscribe()
                .with(done -> world.acknowledged = Math.max(world.acknowledged, version), failure -> {}));
    }

    /** A transaction that is to be written through. */
    void begin(Consumer<@Nullable Begun> begun) {
        input(() -> cache.begin().subscribe().with(begun, failure -> world.violation("a write failed: " + failure)));
    }

    void written(@Nullable Begun begun, int version, boolean narrow) {
        Written write = narrow
                ? new Written(begun, null, null, List.of("other"), Integer.toString(version))
                : new Written(
                        begun,
                        Drafts.KEY,
                        Drafts.draft(Integer.toString(version)),
                        List.of("product:42"),
                        Integer.toString(version));
        input(() -> cache.written(write)
                .subscribe()
                .with(
                        done -> {
                            if (!narrow) {
                                world.acknowledged = Math.max(world.acknowledged, version);
                            }
                        },
                        failure -> {}));
    }

    /** A commit, in the order of commits. */
    void notify(int version) {
        if (!crashed) {
            notified.add(version);
        }
    }

    boolean isNotified() {
        return !notified.isEmpty();
    }

    void takeNotification() {
        int version = notified.remove();
        input(() -> cache.commits(List.of(Commit.ofTags(Integer.toString(version), List.of("product:42"))))
                .subscribe()
                .with(done -> world.acknowledged = Math.max(world.acknowledged, version), failure -> {}));
    }

    /** What it sent is on its way still; all else of it is over. */
    void crash() {
        crashed = true;
        subscribed = false;
        line.clear();
        notified.clear();
        reads.clear();
        loading.clear();
        trips.removeIf(trip -> trip.isCarriedOut() || trip.name.startsWith("origin"));
    }

    boolean isListening() {
        return subscribed && lostSince == null;
    }

    boolean isLost() {
        return subscribed && lostSince != null;
    }

    boolean isAway() {
        return !subscribed && !crashed;
    }

    void lose() {
        lostSince = line.isEmpty() ? world.time.micros() : line.element().at;
        line.clear();
    }

    void notice() {
        input(() -> {
            subscribed = false;
            if (world.scenario.keeps(Rule.EPOCH)) {
                heard.missed();
            }
        });
    }

    void recover() {
        input(() -> {
            subscribed = true;
            lostSince = null;
        });
    }

    /** @return when this line stops being alive, if nothing is heard; null when nothing is outstanding */
    @Nullable
    Long expires() {
        if (!subscribed) {
            return null;
        }
        Long since = lostSince;
        Sent oldest = line.peek();
        return since != null ? Long.valueOf(since + PROOF) : oldest == null ? null : Long.valueOf(oldest.at + PROOF);
    }

    boolean hasMessage() {
        return !line.isEmpty();
    }

    void publish(SharedStore.Message message) {
        if (isListening()) {
            line.add(new Sent(world.time.micros(), message));
        }
    }

    void hear() {
        SharedStore.Message message = line.remove().message;
        input(() -> {
            if (message instanceof SharedStore.Message.Barrier barrier) {
                if (world.scenario.keeps(Rule.NEAR_CHECK)) {
                    barrier.instants().forEach((name, instant) -> heard.hear(List.of(name), instant));
                }
                if (barrier.sender() != id) {
                    world.instances[barrier.sender()].publish(new SharedStore.Message.Confirmed(barrier.number(), id));
                }
            } else if (message instanceof SharedStore.Message.Ended ended) {
                List.copyOf(waiters).forEach(waiter -> waiter.accept(ended.outcome()));
            } else if (message instanceof SharedStore.Message.Confirmed confirmation) {
                confirmed
                        .computeIfAbsent(confirmation.number(), n -> new HashSet<>())
                        .add(confirmation.by());
                acknowledge(confirmation.number(), false);
            }
        });
    }

    List<Trip> trips() {
        return trips;
    }

    void carryOut(Trip trip) {
        trip.carryOut();
        if (crashed && trip.isCarriedOut()) {
            trips.remove(trip);
        }
    }

    void answer(Trip trip) {
        trips.remove(trip);
        input(() -> trip.answer.accept(trip.reply));
    }

    void passDeadline(Trip trip) {
        trip.given = true;
        input(trip.deadline);
    }

    // -- what is seen of it ------------------------------------------------------------------------------------------

    /** Checks what was answered since. */
    void check() {
        reads.removeIf(read -> {
            if (read.asked.error != null) {
                world.violation("a read failed: " + read.asked.error);
            }
            String body = read.asked.body();
            if (body != null) {
                world.check(body, read.least, id);
            }
            return read.asked.answer != null;
        });
    }

    int unanswered() {
        return reads.size();
    }

    /** Whether a load of this process runs on a lease that has not run out. */
    boolean loadsUnderLease() {
        return loading.stream().anyMatch(world.store::lasts);
    }

    // -- the store, as the cache sees it -----------------------------------------------------------------------------

    private final class Origin implements Loader<String> {
        @Override
        public Uni<Load<String>> load(@Nullable Entry stored) {
            Lease lease = granted;
            if (world.store.lasts(lease) && world.loadsUnderLease()) {
                world.violation("two loads at a time, each under a lease");
            }
            return Uni.createFrom().emitter(emitter -> {
                loading.add(lease);
                send(
                        "origin",
                        List.of(() -> world.committed),
                        reply -> {
                            loading.remove(lease);
                            emitter.complete(new Load.Storable<>(Drafts.draft(reply.toString())));
                        },
                        null);
            });
        }

        @Override
        public void discard(String answer) {}
    }

    private void send(
            String name, List<Supplier<@Nullable Object>> steps, Consumer<Object> answer, @Nullable Runnable deadline) {
        trips.add(new Trip(name, steps, answer, deadline));
    }

    /** @param late takes what comes after the deadline */
    private <T> Uni<T> trip(
            String name, List<Supplier<@Nullable Object>> steps, @Nullable T otherwise, Consumer<T> late) {
        return Uni.createFrom().emitter(emitter -> {
            boolean[] over = {false};
            send(
                    name,
                    steps,
                    reply -> {
                        @SuppressWarnings("unchecked")
                        T told = (T) reply;
                        if (over[0]) {
                            late.accept(told);
                        } else {
                            if (told instanceof Reading.Leased leased) {
                                granted = leased.lease();
                            }
                            emitter.complete(told);
                        }
                    },
                    otherwise == null
                            ? null
                            : () -> {
                                over[0] = true;
                                emitter.complete(otherwise);
                            });
        });
    }

    @Override
    public Barriers barriers() {
        return heard;
    }

    @Override
    public boolean alive() {
        Long expires = expires();
        return !world.scenario.keeps(Rule.PROOF_OF_LIFE)
                || subscribed && (expires == null || world.time.micros() < expires);
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public Uni<Reading> acquire(Place place, long leaseMicros, long due) {
        if (!alive()) {
            return Uni.createFrom().item(new Reading.Unavailable());
        }
        String token = Heap.NAME + id + '-' + tokens++;
        List<Supplier<@Nullable Object>> steps = new ArrayList<>();
        List<Map<String, Long>> before = new ArrayList<>();
        if (!world.scenario.keeps(Rule.ENTRY_BEFORE_BARRIERS)) {
            steps.add(() -> before.add(world.store.barriers()));
        }
        steps.add(() -> world.store.acquire(
                place, leaseMicros, due, token, before.isEmpty() ? world.store.barriers() : before.get(0)));
        return trip("acquire", steps, new Reading.Unavailable(), late -> {
            if (late instanceof Reading.Leased leased) {
                release(leased.lease(), new Outcome.Ended()).subscribe().with(done -> {});
            }
        });
    }

    @Override
    public Uni<Boolean> extend(Lease lease, long leaseMicros) {
        return trip("extend", List.of(() -> world.store.extend(lease, leaseMicros)), true, late -> {});
    }

    @Override
    public Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary) {
        return alive()
                ? trip("store", List.of(() -> world.store.store(lease, entry)), Storing.UNAVAILABLE, late -> {})
                : Uni.createFrom().item(Storing.UNAVAILABLE);
    }

    @Override
    public Uni<Void> release(Lease lease, Outcome outcome) {
        Uni<Boolean> trip = trip(
                "release",
                List.of(() -> {
                    world.store.release(lease, outcome);
                    return true;
                }),
                null,
                late -> {});
        return trip.replaceWithVoid();
    }

    @Override
    public Waiting await(CacheKey at, Consumer<Outcome> waiter) {
        waiters.add(waiter);
        return () -> waiters.remove(waiter);
    }

    @Override
    public Uni<Void> commits(List<Commit> commits) {
        return put("invalidate", number -> List.of(() -> world.store.invalidate(commits, id, number)))
                .chain(Wrote::acknowledged);
    }

    @Override
    public Uni<@Nullable Long> begin() {
        return trip("begin", List.of(() -> world.store.begin()), -1L, late -> {})
                .map(instant -> instant < 0 ? null : instant);
    }

    @Override
    public Uni<Wrote> write(Commit commit, @Nullable Through through) {
        Through stored = alive() ? through : null;
        List<Boolean> alone = new ArrayList<>();
        return put("write", number -> {
            List<Supplier<@Nullable Object>> steps = new ArrayList<>();
            if (!world.scenario.keeps(Rule.CHECK_WITH_WRITE) && stored != null) {
                steps.add(() -> alone.add(world.store.alone(commit.id(), stored)));
            }
            steps.add(() -> world.store.write(
                    commit,
                    stored,
                    alone.isEmpty() ? stored != null && world.store.alone(commit.id(), stored) : alone.get(0),
                    id,
                    number));
            return steps;
        });
    }

    private Uni<Wrote> put(String name, IntFunction<List<Supplier<@Nullable Object>>> steps) {
        return Uni.createFrom().emitter(emitter -> {
            int number = barriers++;
            boolean[] over = {false};
            send(
                    name,
                    steps.apply(number),
                    reply -> {
                        SharedStore.Put put = (SharedStore.Put) reply;
                        put.instants().forEach((barrier, instant) -> heard.hear(List.of(barrier), instant));
                        if (!over[0]) {
                            world.time.after(SECOND, () -> input(() -> acknowledge(number, true)));
                            boolean anyway = !world.scenario.keeps(Rule.ACKNOWLEDGEMENT)
                                    || !put.anew() && !world.scenario.keeps(Rule.TOLD_AGAIN_IS_ACKNOWLEDGED);
                            emitter.complete(new Wrote(
                                    put.stored(), Uni.createFrom().emitter(acknowledged -> {
                                        invalidations.put(number, acknowledged);
                                        acknowledge(number, anyway);
                                    })));
                        }
                    },
                    () -> {
                        over[0] = true;
                        emitter.fail(new IllegalStateException("nobody knows"));
                    });
        });
    }

    /** Completes when the other one has confirmed, or when there is nothing to wait for any more. */
    private void acknowledge(int number, boolean anyway) {
        if (anyway || confirmed.getOrDefault(number, Set.of()).contains(1 - id)) {
            confirmed.remove(number);
            UniEmitter<? super Void> emitter = invalidations.remove(number);
            if (emitter != null) {
                emitter.complete(null);
            }
        }
    }
}
