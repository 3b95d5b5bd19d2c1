package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.SimulatedLimits.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A fleet with leased limits, whatever goes wrong: what each algorithm promises, over whole histories. */
class LeaseModelTest {
    private static final int MOST_REQUESTS = 4_000;

    /** When requests come. */
    enum Arrivals {
        STEADY,
        BURSTS,
        /** Nine of ten come to one instance. */
        SKEWED,
        /** Silence, then all at once just before a slice, a sub-window or a window is over. */
        ADVERSARIAL
    }

    /** @param load requests to quota, in tenths */
    record Course(Limit limit, World world, Arrivals arrivals, int load, int crashes, long seed) {}

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void no_fleet_admits_more_than_its_limit_promises(@ForAll("courses") Course course) {
        Random random = new Random(course.seed);
        SimulatedLimits fleet = new SimulatedLimits(course.world, random);
        Limit exact = Limits.sliding(Math.max(1, course.limit.quota() * 2 / 3), 1);
        Admissions leased = new Admissions(course.limit);
        Admissions other = new Admissions(exact);
        for (long at : instants(course, random)) {
            int instance = instance(course, random);
            long cost = random.nextInt(8) == 0 ? 1 + random.nextInt(3) : 1;
            boolean mixed = random.nextInt(6) == 0;
            Ask one = Limits.ask(course.limit, "k", Math.min(cost, course.limit.capacity()));
            List<Ask> asks = mixed ? List.of(one, Limits.ask(exact, "x", 1)) : List.of(one);
            fleet.at(at, () -> fleet.request(instance, asks, List.of(leased, other)));
        }
        long end = Limits.START + span(course.limit);
        for (int i = 0; i < course.crashes; i++) {
            boolean crash = random.nextBoolean();
            int instance = random.nextInt(fleet.size());
            fleet.at(Limits.START + (long) (random.nextDouble() * (end - Limits.START)), () -> {
                if (crash) {
                    fleet.crash(instance);
                } else {
                    fleet.close(instance);
                }
            });
        }
        fleet.run(end);
        leased.hold();
        other.hold();
        assertTrue(leased.units() > 0, "nothing was admitted");
    }

    private static int instance(Course course, Random random) {
        return course.arrivals == Arrivals.SKEWED && random.nextInt(10) > 0
                ? 0
                : random.nextInt(course.world.instances());
    }

    private static long span(Limit limit) {
        return Math.min(limit.window().micros() * 7 / 2, 20_000_000);
    }

    static List<Long> instants(Course course, Random random) {
        Limit limit = course.limit;
        long span = span(limit);
        long count = Math.max(
                20,
                Math.min(MOST_REQUESTS, limit.quota() * span / limit.window().micros() * course.load / 10));
        List<Long> instants = new ArrayList<>();
        long life = Math.max(2_000, SliceLife.of(limit));
        while (instants.size() < count) {
            long at = (long) (random.nextDouble() * span);
            switch (course.arrivals) {
                case STEADY, SKEWED -> instants.add(Limits.START + at);
                case BURSTS -> {
                    for (int i = random.nextInt(100); i >= 0; i--) {
                        instants.add(Limits.START + at + random.nextInt(3));
                    }
                }
                case ADVERSARIAL -> {
                    long grid = List.of(
                                    life,
                                    (limit.window().micros() + 59) / 60,
                                    limit.window().micros())
                            .get(random.nextInt(3));
                    long edge = at / grid * grid + grid - random.nextInt(400);
                    for (int i = random.nextInt(100); i >= 0; i--) {
                        instants.add(Limits.START + edge + random.nextInt(800));
                        instants.add(Limits.START + edge - life + random.nextInt(2_000));
                    }
                }
            }
        }
        return instants;
    }

    @Provide
    Arbitrary<Course> courses() {
        Arbitrary<World> worlds = Combinators.combine(
                        Arbitraries.of(1, 2, 3, 5, 20, 200),
                        Arbitraries.of(0L, 300L, 3_000L, 9_000L),
                        Arbitraries.of(0, 500),
                        Arbitraries.of(0L, 5_000L, 400_000L),
                        Arbitraries.of(0, 10))
                .as(World::new);
        return Combinators.combine(
                        limits(),
                        worlds,
                        Arbitraries.of(Arrivals.values()),
                        Arbitraries.of(5, 12, 30, 100),
                        Arbitraries.of(0, 0, 3),
                        Arbitraries.longs())
                .as(Course::new);
    }

    static Arbitrary<Limit> limits() {
        Arbitrary<Long> quotas = Arbitraries.of(3L, 20L, 100L, 700L, 1_000L, 999_983L);
        Arbitrary<Long> seconds = Arbitraries.of(1L, 2L, 10L);
        return Combinators.combine(quotas, seconds, Arbitraries.integers().between(0, 3))
                .as((quota, window, kind) -> switch (kind) {
                    case 0 -> Limits.fixed(quota, Window.ofSeconds(window));
                    case 1 -> Limits.sliding(quota, window);
                    case 2 -> Limits.bucket(quota, window, quota);
                    default -> Limits.bucket(quota, window, Math.max(1, quota / 4));
                })
                .map(limit -> limit.with(Accounting.LEASED).with(OnStoreFailure.CLOSED));
    }
}
