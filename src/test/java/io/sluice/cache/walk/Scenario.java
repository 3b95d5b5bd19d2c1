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
 * @param writes which instance each transaction is written through; {@link #NOBODY}: it is told of by notifications alone. They commit in
 *     any order, after the invalidations
 * @param notified which instances hear of those, each in the order of the commits
 * @param narrow which of the writes voids another tag alone when it returns, and stores nothing: its notification says the rest; -1 for none
 * @param moments how often the clock moves to the next instant at which something is due
 * @param fault what happens once to instance {@code at}
 * @param dropped rules that are not kept
 */
record Scenario(
        int warm,
        List<Integer> reads,
        List<Integer> invalidations,
        List<Integer> writes,
        List<Integer> notified,
        int narrow,
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
        return new Scenario(-1, reads, List.of(invalidations), List.of(), List.of(), -1, 0, Fault.NONE, 0, Set.of());
    }

    Scenario writes(Integer... through) {
        return new Scenario(
                warm, reads, invalidations, List.of(through), notified, narrow, moments, fault, at, dropped);
    }

    Scenario notified(Integer... instances) {
        return new Scenario(
                warm, reads, invalidations, writes, List.of(instances), narrow, moments, fault, at, dropped);
    }

    Scenario narrow(int which) {
        return new Scenario(warm, reads, invalidations, writes, notified, which, moments, fault, at, dropped);
    }

    Scenario warm(int instance) {
        return new Scenario(instance, reads, invalidations, writes, notified, narrow, moments, fault, at, dropped);
    }

    Scenario moments(int count) {
        return new Scenario(warm, reads, invalidations, writes, notified, narrow, count, fault, at, dropped);
    }

    Scenario fault(Fault kind, int instance) {
        return new Scenario(warm, reads, invalidations, writes, notified, narrow, moments, kind, instance, dropped);
    }

    Scenario without(Set<Rule> rules) {
        return new Scenario(
                warm,
                reads,
                invalidations,
                writes,
                notified,
                narrow,
                moments,
                fault,
                at,
                rules.isEmpty() ? Set.of() : EnumSet.copyOf(rules));
    }

    boolean keeps(Rule rule) {
        return !dropped.contains(rule);
    }

    @Override
    public String toString() {
        return (warm < 0 ? "" : "warm at " + warm + ", ") + "reads at " + reads + ", invalidations through "
                + invalidations
                + (writes.isEmpty() ? "" : ", writes through " + writes + " notified to " + notified)
                + (narrow < 0 ? "" : ", narrow " + narrow)
                + (moments > 0 ? ", " + moments + " moments" : "")
                + (fault == Fault.NONE ? "" : ", " + fault + " of " + at)
                + (dropped.isEmpty() ? "" : ", without " + dropped);
    }
}
