package io.sluice.limit;

import static io.sluice.limit.Limits.HOUR;
import static io.sluice.limit.Limits.SECOND;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random courses of requests against random limits. */
public final class Histories {
    /** A limit's variant: what a reload may change without the counter starting anew. */
    private record Wanted(int limit, int variant, int client, long cost) {}

    /**
     * @param advance µs since the step before; may be negative
     * @param requests decided at one instant, in this order
     */
    public record Step(long advance, List<List<Ask>> requests) {}

    private Histories() {}

    /** Any algorithms, costs and keys, also twice in a request; quota, window and burst change on the way. */
    public static Arbitrary<List<Step>> any() {
        return Arbitraries.oneOf(limit(), limit())
                .list()
                .ofSize(9)
                .flatMap(limits -> Combinators.combine(
                                Arbitraries.frequencyOf(
                                        net.jqwik.api.Tuple.of(20, forward()),
                                        net.jqwik.api.Tuple.of(
                                                1, Arbitraries.longs().between(-90 * SECOND, 0))),
                                wanted().list()
                                        .ofMinSize(1)
                                        .ofMaxSize(3)
                                        .list()
                                        .ofMinSize(1)
                                        .ofMaxSize(4))
                        .as((advance, requests) -> new Step(advance, asks(limits, requests)))
                        .list()
                        .ofMinSize(5)
                        .ofMaxSize(40));
    }

    static Arbitrary<Long> forward() {
        return Arbitraries.oneOf(
                Arbitraries.of(0L, 1L, 999L, SECOND / 60, SECOND, 61 * SECOND, HOUR),
                Arbitraries.longs().between(0, 2000),
                Arbitraries.longs().between(0, 3 * SECOND),
                Arbitraries.longs().between(0, 2 * HOUR));
    }

    private static Arbitrary<Wanted> wanted() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.frequency(
                                net.jqwik.api.Tuple.of(8, 0),
                                net.jqwik.api.Tuple.of(1, 1),
                                net.jqwik.api.Tuple.of(1, 2)),
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(6, Arbitraries.of(1L)),
                                net.jqwik.api.Tuple.of(2, Arbitraries.longs().between(0, 12)),
                                net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(0, 2000))))
                .as(Wanted::new);
    }

    /** Numbers that divide evenly and numbers that do not. */
    static Arbitrary<Limit> limit() {
        Arbitrary<Long> quotas = Arbitraries.oneOf(
                Arbitraries.longs().between(1, 12), Arbitraries.of(7L, 60L, 999L, 1000L, 999_983L, 10_000_000L));
        Arbitrary<Long> seconds = Arbitraries.of(1L, 2L, 7L, 59L, 60L, 61L, 3600L, 86_400L);
        Arbitrary<Long> bursts = Arbitraries.oneOf(
                Arbitraries.longs().between(1, 12), Arbitraries.longs().between(1, 2000));
        return Combinators.combine(quotas, seconds, bursts, Arbitraries.of(true, false, false, false))
                .as((quota, window, burst, shadow) -> {
                    Limit limit = Limits.bucket(quota, window, burst);
                    return shadow ? Limits.shadow(limit) : limit;
                });
    }

    /** The three variants of a limit's numbers lie next to each other; which algorithm is by the limit. */
    private static List<List<Ask>> asks(List<Limit> numbers, List<List<Wanted>> requests) {
        List<List<Ask>> all = new ArrayList<>();
        for (List<Wanted> request : requests) {
            List<Ask> asks = new ArrayList<>();
            for (Wanted wanted : request) {
                Limit of = numbers.get(3 * wanted.limit + wanted.variant);
                asks.add(Limits.ask(as(of, wanted.limit), "k" + wanted.client, wanted.cost));
            }
            all.add(asks);
        }
        return all;
    }

    static Limit as(Limit numbers, int algorithm) {
        Limit limit = switch (algorithm) {
            case 0 ->
                Limits.fixed(numbers.quota(), numbers.window().seconds() == 86_400 ? Window.month() : numbers.window());
            case 1 -> Limits.sliding(numbers.quota(), numbers.window().seconds());
            case 3 ->
                Limits.log(Math.min(numbers.quota(), 1_000), numbers.window().seconds());
            default -> numbers;
        };
        return numbers.shadow() ? Limits.shadow(limit) : limit;
    }
}
