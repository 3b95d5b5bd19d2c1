package io.sluice.cache.walk;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.walk.Scenario.Fault;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Load, invalidate, crash and read on two instances, in every order. In no schedule
 *
 * <ul>
 *   <li>does a read bring a value older than the last invalidation that was acknowledged when it began,
 *   <li>is a read of a living instance never answered, or failed,
 *   <li>do two loads run at a time, each under a lease that has not run out,
 *   <li>is an older value stored over a newer one.
 * </ul>
 *
 * <p>Small scenarios are walked to the end; of larger ones the first N schedules, depth first ({@code -Dsluice.walk=N}).
 *
 * <p>Limits: one key, steps one after the other (no threads), lines that keep the order of their messages, confirmations that are
 * published in the step that hears the barrier, one fault per schedule, and a clock that only moves to the next instant at
 * which something is due.
 */
class InterleavingsTest {
    private static final long MOST = 200_000;

    // -- all rules ---------------------------------------------------------------------------------------------------

    static Stream<Scenario> small() {
        return Stream.of(
                Scenario.of(List.of(0, 0), 1),
                Scenario.of(List.of(0, 0), 1).warm(1),
                Scenario.of(List.of(0), 1).fault(Fault.CRASH, 0),
                Scenario.of(List.of(0), 1).fault(Fault.DEADLINE, 0));
    }

    @ParameterizedTest
    @MethodSource("small")
    void no_schedule_serves_a_value_older_than_an_acknowledged_invalidation(Scenario scenario, TestReporter reporter) {
        Walk.Result walked = Walk.all(scenario, MOST);
        reporter.publishEntry(scenario.toString(), walked.toString());
        assertNull(walked.violation(), walked::toString);
        assertTrue(walked.complete(), walked::toString);
    }

    static Stream<Scenario> large() {
        return Stream.of(
                Scenario.of(List.of(0), 1).warm(0).fault(Fault.LOSS, 0).moments(2),
                Scenario.of(List.of(0, 1)).moments(3).fault(Fault.CRASH, 0),
                Scenario.of(List.of(1, 1), 1),
                Scenario.of(List.of(0, 1), 1),
                Scenario.of(List.of(1, 0), 1),
                Scenario.of(List.of(0, 0), 1).fault(Fault.LOSS, 0).moments(2),
                Scenario.of(List.of(0, 1), 1).fault(Fault.CRASH, 0).moments(3),
                Scenario.of(List.of(0, 0), 1).fault(Fault.DEADLINE, 0),
                Scenario.of(List.of(0, 1, 0), 1),
                Scenario.of(List.of(0, 1), 1, 0),
                Scenario.of(List.of(0, 0, 1), 1, 0).fault(Fault.LOSS, 0).moments(3));
    }

    @ParameterizedTest
    @MethodSource("large")
    void nor_does_any_of_the_first_schedules_of_larger_scenarios(Scenario scenario, TestReporter reporter) {
        Walk.Result walked = Walk.all(scenario, Long.getLong("sluice.walk", 5_000));
        reporter.publishEntry(scenario.toString(), walked.toString());
        assertNull(walked.violation(), walked::toString);
    }

    static Stream<Scenario> writes() {
        Scenario one = Scenario.of(List.of(1)).writes(0);
        Scenario overtaken = Scenario.of(List.of(1)).writes(0, Scenario.NOBODY);
        return Stream.of(
                one,
                one.notified(1),
                one.warm(1).notified(1),
                one.warm(1).notified(0, 1),
                overtaken.notified(1),
                overtaken.notified(0, 1),
                Scenario.of(List.of()).writes(0, 1),
                Scenario.of(List.of(0)).writes(0, 1).notified(1),
                one.notified(1).fault(Fault.CRASH, 0),
                one.notified(1).fault(Fault.DEADLINE, 0).moments(2),
                one.warm(1).notified(0, 1).fault(Fault.LOSS, 1).moments(3),
                Scenario.of(List.of(0)).writes(0, 0).narrow(0).notified(1),
                Scenario.of(List.of(0, 1, 1)).writes(0, 1, Scenario.NOBODY).notified(0, 1));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void nor_does_any_where_somebody_writes_through(Scenario scenario, TestReporter reporter) {
        Walk.Result walked = Walk.all(scenario, Long.getLong("sluice.walk", 5_000));
        reporter.publishEntry(scenario.toString(), walked.toString());
        assertNull(walked.violation(), walked::toString);
    }

    // -- without one of them -----------------------------------------------------------------------------------------

    static Stream<Arguments> broken() {
        Scenario twice = Scenario.of(List.of(0, 0), 1);
        Scenario lost = Scenario.of(List.of(0), 1).warm(0).fault(Fault.LOSS, 0).moments(2);
        Scenario overtaken = Scenario.of(List.of(1)).writes(0, Scenario.NOBODY).notified(1);
        return Stream.of(
                Arguments.of(EnumSet.of(Rule.NO_OTHER_BARRIER), overtaken),
                Arguments.of(EnumSet.of(Rule.CHECK_WITH_WRITE), overtaken),
                Arguments.of(EnumSet.of(Rule.LOADED_SINCE), overtaken),
                Arguments.of(
                        EnumSet.of(Rule.HIDDEN_BARRIER),
                        Scenario.of(List.of()).writes(0, Scenario.NOBODY).notified(1)),
                Arguments.of(
                        EnumSet.of(Rule.MISSING_AT_PRESENT),
                        Scenario.of(List.of()).writes(0, 0).narrow(1).notified(1)),
                Arguments.of(
                        EnumSet.of(Rule.TOLD_AGAIN_IS_ACKNOWLEDGED),
                        Scenario.of(List.of(1)).warm(1).writes(0).notified(0)),
                Arguments.of(
                        EnumSet.of(Rule.MISSING_NAMES),
                        Scenario.of(List.of(1)).warm(1).writes(0).narrow(0).notified(0)),
                Arguments.of(EnumSet.of(Rule.TIE_IS_VOID, Rule.INSTANTS_NEVER_REPEAT), twice),
                Arguments.of(EnumSet.of(Rule.READ_CHECK), twice),
                Arguments.of(EnumSet.of(Rule.STORE_CHECK), twice),
                Arguments.of(EnumSet.of(Rule.NEAR_CHECK), twice),
                Arguments.of(EnumSet.of(Rule.ACKNOWLEDGEMENT), twice),
                Arguments.of(EnumSet.of(Rule.PROOF_OF_LIFE), lost),
                Arguments.of(EnumSet.of(Rule.EPOCH), lost),
                Arguments.of(
                        EnumSet.of(Rule.LEASE_TOKEN),
                        Scenario.of(List.of(0, 1), Scenario.NOBODY).moments(2)));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void dropped_rule_has_a_schedule_that_fails(Set<Rule> dropped, Scenario scenario, TestReporter reporter) {
        Scenario broken = scenario.without(dropped);
        Walk.Result walked = Walk.shortest(broken, MOST);
        reporter.publishEntry("without " + dropped, walked.toString());
        assertNotNull(walked.violation(), walked::toString);
    }
}
