package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.dummy;
import static io.gatling.javaapi.core.CoreDsl.exec;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import java.util.function.Supplier;

/**
 * Something that must hold over a whole run, judged when the load is over; a line of its own in the report.
 *
 * @param what in the words of the promise
 * @param verdict what was counted, at that time
 */
record Promise(String what, Supplier<Verdict> verdict) {

    /** @param found in words, for those who look for the reason */
    record Verdict(boolean held, String found) {}

    ChainBuilder judged() {
        return exec(dummy(what, 1).withSuccess(session -> {
            Verdict now = verdict.get();
            System.out.println((now.held() ? "held: " : "BROKEN: ") + what + " (" + now.found() + ")");
            return now.held();
        }));
    }

    /** A run that never came to judge has not held it. */
    Assertion wasJudged() {
        return details(what).successfulRequests().count().is(1L);
    }
}
