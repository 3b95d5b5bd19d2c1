package io.sluice.cache.walk;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What happens in every schedule; the schedules differ in when.
 *
 * @param warm where it was read and stored near before; -1 for nowhere
 * @param reads at which instance each lookup is made
 * @param invalidations which instance each commit's invalidation goes through; {@link #NOBODY}: the value changes and nobody tells
 * @param moments how often the clock moves to the next instant at which something is due
 * @param fault what happens once to instance {@code at}
 * @param dropped rules that are not kept
 */
record Scenario(
        int warm,
        List<Integer> reads,
        List<Integer> invalidations,
        int moments,
        Fault fault,
        int at,
        Set<Rule> dropped) {
    enum Fault {
        NONE,
        /** What it sent may still be carried out, and no reply or message reaches it. */
        CRASH,
        /** Its line loses everything, until that is noticed and it is made anew. */
        LOSS,
        /** A trip's deadline passes before its reply comes. */
        DEADLINE
    }

    static final int NOBODY = -1;

    static Scenario of(List<Integer> reads, Integer... invalidations) {
        return new Scenario(-1, reads, List.of(invalidations), 0, Fault.NONE, 0, Set.of());
    }

    Scenario warm(int instance) {
        return new Scenario(instance, reads, invalidations, moments, fault, at, dropped);
    }

    Scenario moments(int count) {
        return new Scenario(warm, reads, invalidations, count, fault, at, dropped);
    }

    Scenario fault(Fault kind, int instance) {
        return new Scenario(warm, reads, invalidations, moments, kind, instance, dropped);
    }

    Scenario without(Set<Rule> rules) {
        return new Scenario(
                warm, reads, invalidations, moments, fault, at, rules.isEmpty() ? Set.of() : EnumSet.copyOf(rules));
    }

    boolean keeps(Rule rule) {
        return !dropped.contains(rule);
    }

    @Override
    public String toString() {
        return (warm < 0 ? "" : "warm at " + warm + ", ") + "reads at " + reads + ", invalidations through "
                + invalidations
                + (moments > 0 ? ", " + moments + " moments" : "")
                + (fault == Fault.NONE ? "" : ", " + fault + " of " + at)
                + (dropped.isEmpty() ? "" : ", without " + dropped);
    }
}
