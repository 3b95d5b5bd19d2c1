package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Algorithm.FixedWindow;
import io.sluice.limit.Algorithm.SlidingLog;
import io.sluice.limit.Algorithm.SlidingWindow;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** What DESIGN §4 promises of each algorithm, by brute force over the whole admitted history of one key. */
public final class Promises {
    /** @param advance µs since the one before, not negative */
    public record Hit(long advance, long cost) {}

    /** One limit and what is asked of it. */
    public record Course(Limit limit, List<Hit> hits) {}

    private record Admitted(long at, long units) {}

    private Promises() {}

    /** Courses that press against the limit: the time between hits is of the order of what a unit takes. */
    public static Arbitrary<Course> courses() {
        return Combinators.combine(Histories.limit(), Arbitraries.integers().between(0, 3))
                .as(Histories::as)
                .flatMap(limit -> {
                    long unit = Math.max(1, limit.window().micros() / limit.quota());
                    Arbitrary<Long> advance = Arbitraries.oneOf(
                            Arbitraries.longs().between(0, 2 * unit),
                            Arbitraries.longs().between(0, limit.window().micros() / 3),
                            Arbitraries.of(
                                    0L,
                                    1L,
                                    unit,
                                    limit.window().micros(),
                                    limit.window().micros() / 60));
                    Arbitrary<Long> cost = Arbitraries.oneOf(
                            Arbitraries.just(1L), Arbitraries.longs().between(1, Math.max(1, limit.capacity() / 2)));
                    return Combinators.combine(advance, cost)
                            .as(Hit::new)
                            .list()
                            .ofMinSize(1)
                            .ofMaxSize(60)
                            .map(hits -> new Course(limit, hits));
                });
    }

    public static void hold(Course course, LimitStore store, LongConsumer clock) {
        Limit limit = course.limit();
        long now = Limits.START + 12_345_678_901_234L;
        List<Admitted> admitted = new ArrayList<>();
        for (Hit hit : course.hits()) {
            now += hit.advance();
            clock.accept(now);
            Decision decision = Limits.one(store, Limits.ask(limit, "k", hit.cost()));
            if (decision instanceof Allowed) {
                admitted.add(new Admitted(now, hit.cost()));
            } else if (!(decision instanceof Denied)) {
                throw new AssertionError("no decision");
            } else if (hit.cost() <= limit.capacity()) {
                assertTrue(earned(limit, admitted, now, hit.cost()), "denied without cause at " + now);
            }
        }
        if (limit.algorithm() instanceof FixedWindow) {
            fixed(limit, admitted);
        } else if (limit.algorithm() instanceof SlidingWindow || limit.algorithm() instanceof SlidingLog) {
            sliding(limit, admitted);
        } else {
            bucket(limit, admitted);
        }
    }

    /** No calendar-aligned window admits more than the quota. */
    private static void fixed(Limit limit, List<Admitted> admitted) {
        Map<Long, Long> windows = new HashMap<>();
        for (Admitted a : admitted) {
            windows.merge(window(limit, a.at), a.units, Long::sum);
        }
        windows.forEach((start, sum) -> assertTrue(sum <= limit.quota(), () -> sum + " in the window from " + start));
    }

    private static long window(Limit limit, long at) {
        return limit.window().calendarMonth()
                ? Instant.EPOCH
                        .plus(at, ChronoUnit.MICROS)
                        .atZone(ZoneOffset.UTC)
                        .withDayOfMonth(1)
                        .toLocalDate()
                        .toEpochDay()
                : at / limit.window().micros();
    }

    /** No window of that length, wherever it starts: the fullest start at an admitted hit. */
    private static void sliding(Limit limit, List<Admitted> admitted) {
        for (Admitted first : admitted) {
            long sum = 0;
            for (Admitted a : admitted) {
                sum += a.at >= first.at && a.at - first.at < limit.window().micros() ? a.units : 0;
            }
            long total = sum;
            assertTrue(total <= limit.quota(), () -> total + " in the window from " + first.at);
        }
    }

    /** Any interval t admits at most burst + t·quota/window: between any two admitted hits, in exact numbers. */
    private static void bucket(Limit limit, List<Admitted> admitted) {
        BigInteger window = BigInteger.valueOf(limit.window().micros());
        for (int i = 0; i < admitted.size(); i++) {
            long sum = 0;
            for (int j = i; j < admitted.size(); j++) {
                sum += admitted.get(j).units;
                BigInteger t = BigInteger.valueOf(admitted.get(j).at - admitted.get(i).at);
                BigInteger most = BigInteger.valueOf(limit.capacity())
                        .multiply(window)
                        .add(t.multiply(BigInteger.valueOf(limit.quota())));
                assertTrue(BigInteger.valueOf(sum).multiply(window).compareTo(most) <= 0, "over in " + t + " µs");
            }
        }
    }

    /** Whether a denial had a cause: with these units more the promise, or a sub-window's lateness, would be passed. */
    private static boolean earned(Limit limit, List<Admitted> admitted, long now, long cost) {
        long window = limit.window().micros();
        if (limit.algorithm() instanceof Algorithm.TokenBucket) {
            BigInteger worst = BigInteger.ZERO;
            long sum = cost;
            for (int i = admitted.size() - 1; i >= 0; i--) {
                sum += admitted.get(i).units;
                BigInteger over = BigInteger.valueOf(sum - limit.capacity())
                        .multiply(BigInteger.valueOf(window))
                        .subtract(BigInteger.valueOf(now - admitted.get(i).at)
                                .multiply(BigInteger.valueOf(limit.quota())));
                worst = worst.max(over);
            }
            return worst.signum() > 0;
        }
        long sum = cost;
        for (Admitted a : admitted) {
            boolean counts = limit.algorithm() instanceof SlidingWindow
                    ? now - a.at < window + (window + 59) / 60
                    : limit.algorithm() instanceof SlidingLog
                            ? now - a.at < window
                            : window(limit, a.at) == window(limit, now);
            sum += counts ? a.units : 0;
        }
        return sum > limit.quota();
    }
}
