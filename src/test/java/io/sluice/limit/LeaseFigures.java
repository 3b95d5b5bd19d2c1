package io.sluice.limit;

import io.sluice.limit.LeaseModelTest.Arrivals;
import io.sluice.limit.LeaseModelTest.Course;
import io.sluice.limit.SimulatedLimits.World;
import java.util.List;
import java.util.Random;

/** Prints what leased accounting admits of what exact accounting would, and what it costs in trips: for RATIONALE.md. */
public final class LeaseFigures {
    private LeaseFigures() {}

    public static void main(String[] args) {
        System.out.println("| limit | instances | arrivals | load | used | trips per request, leased | exact |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (Limit limit : List.of(
                Limits.fixed(1_000, Window.ofSeconds(10)), Limits.sliding(1_000, 10), Limits.bucket(100, 1, 1_000))) {
            for (int instances : new int[] {1, 3, 20, 200}) {
                for (Arrivals arrivals : Arrivals.values()) {
                    for (int load : new int[] {5, 12, 100}) {
                        row(limit.with(OnStoreFailure.CLOSED), instances, arrivals, load);
                    }
                }
            }
        }
    }

    private static void row(Limit limit, int instances, Arrivals arrivals, int load) {
        World world = new World(instances, 300, 200, 0, 0);
        long[] leased = run(new Course(limit.with(Accounting.LEASED), world, arrivals, load, 0, 42));
        long[] exact = run(new Course(limit, world, arrivals, load, 0, 42));
        System.out.printf(
                "| %s | %d | %s | %.1f | %.1f %% | %.3f | %.3f |%n",
                limit.algorithm().getClass().getSimpleName(),
                instances,
                arrivals,
                load / 10.0,
                100.0 * leased[0] / exact[0],
                (double) leased[1] / leased[2],
                (double) exact[1] / exact[2]);
    }

    /** Units admitted, trips, requests. */
    private static long[] run(Course course) {
        Random random = new Random(course.seed());
        SimulatedLimits fleet = new SimulatedLimits(course.world(), random);
        Admissions admitted = new Admissions(course.limit());
        List<Long> instants = LeaseModelTest.instants(course, random);
        Ask ask = Limits.ask(course.limit(), "k", 1);
        for (long at : instants) {
            int instance = at < 0 || (course.arrivals() == Arrivals.SKEWED && random.nextInt(10) > 0)
                    ? 0
                    : random.nextInt(course.world().instances());
            fleet.at(Math.abs(at), () -> fleet.request(instance, List.of(ask), List.of(admitted)));
        }
        fleet.run(Limits.START + 60_000_000);
        admitted.hold();
        return new long[] {admitted.units(), fleet.trips, instants.size()};
    }
}
