package io.sluice.cache.walk;

import io.sluice.cache.CacheSettings;
import io.sluice.cache.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two instances, the store they share, and an origin whose value is the number of its last commit. {@link #steps} are
 * those that may come next; a schedule is a list of choices among them.
 */
final class World {
    record Step(String name, Runnable run) {}

    /** How far the clock may move at once: further timers are deadlines that no schedule comes to. */
    private static final long FAR = 3_000_000;

    private static final long START = new ManualTime().micros();
    private static final Set<Class<?>> CONSTANT = Set.of(Scenario.class, CacheSettings.class, ThreadLocal.class);

    final Scenario scenario;
    final ManualTime time = new ManualTime();
    final SharedStore store;
    final Instance[] instances;
    private final List<Writer> writers;
    int committed;
    int acknowledged;
    private int reads; // begun
    private int moments; // passed
    private boolean faulty;
    private @Nullable String violation;

    World(Scenario scenario) {
        this.scenario = scenario;
        this.store = new SharedStore(scenario, time::micros, this::publish);
        this.instances = new Instance[] {new Instance(this, 0), new Instance(this, 1)};
        this.writers = new ArrayList<>();
        for (int through : scenario.writes()) {
            writers.add(new Writer(this, through, writers.size() == scenario.narrow()));
        }
        if (scenario.warm() >= 0) {
            instances[scenario.warm()].read();
            drain();
        }
    }

    private void publish(SharedStore.Message message) {
        for (Instance instance : instances) {
            instance.publish(message);
        }
    }

    boolean loadsUnderLease() {
        return instances[0].loadsUnderLease() || instances[1].loadsUnderLease();
    }

    void violation(String what) {
        if (violation == null) {
            violation = what;
        }
    }

    /** What went wrong so far, if anything. */
    @Nullable
    String violation() {
        return violation == null ? store.violation : violation;
    }

    void check(String value, int least, int instance) {
        if (Integer.parseInt(value) < least) {
            violation("instance " + instance + " read " + value + " after the invalidation for " + least
                    + " had been acknowledged");
        }
    }

    void run(Step step) {
        step.run.run();
        for (Instance instance : instances) {
            instance.check();
        }
    }

    /** What may come next, always in the same order for the same state. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < instances.length; i++) {
            inFlight(steps, instances[i], i);
        }
        int next = reads < scenario.reads().size() ? scenario.reads().get(reads) : -1;
        if (next >= 0 && !instances[next].isCrashed()) {
            steps.add(new Step("read at " + next, () -> {
                reads++;
                instances[next].read();
            }));
        }
        writers.forEach(writer -> writer.steps(steps));
        if (committed < scenario.invalidations().size()) {
            int through = scenario.invalidations().get(committed);
            steps.add(new Step(
                    through == Scenario.NOBODY ? "commit" : "commit and invalidate through " + through, () -> {
                        committed++;
                        if (through != Scenario.NOBODY) {
                            instances[through].invalidate(committed);
                        }
                    }));
        }
        if (!faulty) {
            faults(steps, instances[scenario.at()], scenario.at());
        }
        OptionalLong moment = moments < scenario.moments() ? nextMoment() : OptionalLong.empty();
        if (moment.isPresent()) {
            steps.add(new Step("time passes until " + (moment.getAsLong() - START) + " µs", () -> {
                moments++;
                time.advance(moment.getAsLong() - time.micros());
            }));
        }
        return steps;
    }

    private void inFlight(List<Step> steps, Instance instance, int i) {
        for (Instance.Trip trip : instance.trips()) {
            steps.add(
                    trip.isCarriedOut()
                            ? new Step(trip.name + " of " + i + " answered", () -> instance.answer(trip))
                            : new Step(trip.name + " of " + i + " carried out", () -> instance.carryOut(trip)));
        }
        if (instance.hasMessage()) {
            steps.add(new Step("message at " + i, instance::hear));
        }
        if (instance.isNotified()) {
            steps.add(new Step("notification at " + i, instance::takeNotification));
        }
        if (instance.isLost()) {
            steps.add(new Step("loss noticed by " + i, instance::notice));
        }
        if (instance.isAway()) {
            steps.add(new Step("line of " + i + " made anew", instance::recover));
        }
    }

    private void faults(List<Step> steps, Instance instance, int i) {
        switch (scenario.fault()) {
            case NONE -> {}
            case CRASH -> fault(steps, "crash of " + i, instance::crash);
            case LOSS -> fault(steps, "line lost of " + i, instance::lose);
            case DEADLINE -> {
                for (Instance.Trip trip : instance.trips()) {
                    if (trip.hasDeadline()) {
                        fault(steps, "deadline of " + trip.name + " of " + i, () -> instance.passDeadline(trip));
                    }
                }
            }
        }
    }

    private void fault(List<Step> steps, String name, Runnable what) {
        steps.add(new Step(name, () -> {
            faulty = true;
            what.run();
        }));
    }

    private OptionalLong nextMoment() {
        long now = time.micros();
        long next = time.next().orElse(Long.MAX_VALUE);
        for (Instance instance : instances) {
            Long expires = instance.expires();
            next = Math.min(next, expires == null || expires <= now ? Long.MAX_VALUE : expires);
        }
        Long lease = store.leaseEnd();
        next = Math.min(next, lease == null ? Long.MAX_VALUE : lease);
        return next - now > FAR ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** Lets all that is under way come to its end, in order, and asks who still waits. */
    void drain() {
        for (int round = 0; round < 200 && violation() == null; round++) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < instances.length; i++) {
                inFlight(steps, instances[i], i);
            }
            if (!steps.isEmpty()) {
                run(steps.get(0));
                continue;
            }
            OptionalLong next = nextMoment();
            if (next.isEmpty()) {
                break;
            }
            time.advance(next.getAsLong() - time.micros());
        }
        for (Instance instance : instances) {
            if (instance.unanswered() > 0) {
                violation("a read was never answered");
            }
        }
    }

    /** A hash of all that decides what can still happen. */
    long state() {
        return Heap.hash(this, CONSTANT);
    }
}
