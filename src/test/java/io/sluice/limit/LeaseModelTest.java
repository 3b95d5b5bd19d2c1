package io.sluice.limit;

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
        ADVERSARIAL,
        /** A slice is taken just before a sub-window or a window turns and spent just after; a window later all is asked for. */
        EDGES
    }

    /** @param load requests to quota, in tenths */
    record Course(Limit limit, World world, Arrivals arrivals, int load, int crashes, long seed) {}

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void no_fleet_admits_more_than_its_limit_promises(@ForAll("courses") Course course) {
        hold(course);
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void nor_where_slices_reach_over_the_edge_of_a_window(@ForAll("edges") Course course) {
        hold(course);
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void nor_where_threads_are_held_up_for_longer_than_a_slice_lives(@ForAll("pauses") Course course) {
        hold(course);
    }

    private static void hold(Course course) {
        Random random = new Random(course.seed);
        SimulatedLimits fleet = new SimulatedLimits(course.world, random);
        Limit exact = Limits.sliding(Math.max(1, course.limit.quota() * 2 / 3), 1);
        Admissions leased = new Admissions(course.limit);
        Admissions other = new Admissions(exact);
        for (long at : instants(course, random)) {
            int instance = at < 0 ? 0 : instance(course, random);
            long cost = random.nextInt(8) == 0 ? 1 + random.nextInt(3) : 1;
            boolean mixed = course.world.losses() > 0 && random.nextInt(6) == 0;
            Ask one = Limits.ask(course.limit, "k", Math.min(cost, course.limit.capacity()));
            List<Ask> asks = mixed ? List.of(one, Limits.ask(exact, "x", 1)) : List.of(one);
            fleet.at(Math.abs(at), () -> fleet.request(instance, asks, List.of(leased, other)));
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
    }

    private static int instance(Course course, Random random) {
        return course.arrivals == Arrivals.SKEWED && random.nextInt(10) > 0
                ? 0
                : random.nextInt(course.world.instances());
    }

    private static long span(Limit limit) {
        return Math.min(limit.window().micros() * 7 / 2, 20_000_000);
    }

    /** Negative: at the first instance, whatever the arrivals say. */
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
                case EDGES -> edge(instants, limit, at, random);
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

    private static void edge(List<Long> instants, Limit limit, long at, Random random) {
        long window = limit.window().micros();
        long grid = random.nextBoolean() ? window : (window + 59) / 60;
        long edge = Limits.START + at / grid * grid + grid;
        for (long t = edge - 120_000; t < edge - 500; t += 1_000) {
            instants.add(-t);
        }
        for (int i = 0; i < 60; i++) {
            instants.add(-(edge + 100 + random.nextInt(2_000)));
        }
        long all = Math.min(1_000, 3 * limit.quota() / 2);
        long before = SliceLife.of(limit) * 9 / 10;
        for (long i = 0; i < all; i++) {
            if (limit.algorithm() instanceof Algorithm.TokenBucket) {
                instants.add((random.nextBoolean() ? 1 : -1) * (edge + before + random.nextInt(20_000)));
            } else {
                instants.add(edge + window / 2 + random.nextInt(50_000));
                instants.add(edge + window + random.nextInt(2_000));
            }
        }
    }

    @Provide
    Arbitrary<Course> edges() {
        return courses(
                Arbitraries.of(1, 2, 3),
                Arbitraries.of(0L, 300L),
                Arbitraries.of(0L),
                Arbitraries.of(Arrivals.EDGES),
                Arbitraries.of(100L, 700L, 1_000L));
    }

    @Provide
    Arbitrary<Course> pauses() {
        return courses(
                Arbitraries.of(1, 2, 3),
                Arbitraries.of(0L, 300L),
                Arbitraries.of(400_000L, 1_200_000L),
                Arbitraries.of(Arrivals.STEADY, Arrivals.SKEWED),
                Arbitraries.of(700L, 1_000L));
    }

    @Provide
    Arbitrary<Course> courses() {
        return courses(
                Arbitraries.of(1, 2, 3, 5, 20, 200),
                Arbitraries.of(0L, 300L, 3_000L, 9_000L),
                Arbitraries.of(0L, 0L, 5_000L, 400_000L),
                Arbitraries.of(Arrivals.values()),
                Arbitraries.of(3L, 20L, 100L, 700L, 1_000L, 999_983L));
    }

    private static Arbitrary<Course> courses(
            Arbitrary<Integer> instances,
            Arbitrary<Long> trips,
            Arbitrary<Long> pauses,
            Arbitrary<Arrivals> arrivals,
            Arbitrary<Long> quotas) {
        Arbitrary<World> worlds = Combinators.combine(
                        instances, trips, Arbitraries.of(0, 500), pauses, Arbitraries.of(0, 10))
                .as(World::new);
        return Combinators.combine(
                        limits(quotas),
                        worlds,
                        arrivals,
                        Arbitraries.of(5, 12, 30, 100),
                        Arbitraries.of(0, 0, 3),
                        Arbitraries.longs())
                .as(Course::new);
    }

    private static Arbitrary<Limit> limits(Arbitrary<Long> quotas) {
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
