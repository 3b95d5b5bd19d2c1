package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.roundRobinSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import java.util.List;

/**
 * Ten times the usual rate for a fifth of the time. The limit for everyone holds what reaches the origin; what is cached never notices; and
 * when the spike is over, nobody is refused any more.
 */
public final class Spike extends LoadTest {
    private static final int QUIET = 40;
    private static final int SPIKE = 400;
    /** What {@code everyone} admits in any second. */
    private static final int QUOTA = 50;

    public Spike() {
        promise(new Promise("the spike brings no more than the quota to the origin", this::bounded));
        int quiet = settings.seconds() * 2 / 5;
        int spike = settings.seconds() - 2 * quiet;
        PopulationBuilder after = requests("after the spike", List.of(200))
                // the last window of the spike, and what that brings back a sixtieth late
                .injectOpen(
                        nothingFor(2), constantUsersPerSec(settings.rate(QUIET)).during(quiet))
                .andThen(verdict());
        PopulationBuilder during = requests("in the spike", List.of(200, 429))
                .injectOpen(constantUsersPerSec(settings.rate(SPIKE)).during(spike))
                .andThen(after);
        run(
                List.of(requests("before the spike", List.of(200))
                        .injectOpen(constantUsersPerSec(settings.rate(QUIET)).during(quiet))
                        .andThen(during)),
                prompt("cached, before the spike"),
                prompt("cached, in the spike"),
                prompt("cached, after the spike"),
                details("limited, in the spike")
                        .allRequests()
                        .count()
                        .gte((long) settings.rate(SPIKE) * spike / 2 - 1));
    }

    private ScenarioBuilder requests(String when, List<Integer> statuses) {
        return scenario(when)
                .exec(roundRobinSwitch()
                        .on(
                                get("cached, " + when, "/cached/spike", List.of(200)),
                                get("limited, " + when, "/everyone/" + when.replace(' ', '-'), statuses)));
    }

    private Promise.Verdict bounded() {
        List<CountingOrigin.Call> admitted = fleet.origin.below("/everyone/in-the-spike");
        int spike = settings.seconds() - 2 * (settings.seconds() * 2 / 5);
        // a sliding window holds the quota in each of the seconds that the decisions lie in; they lie in one more at
        // most
        int most = QUOTA * (spike + 1) + beyond(QUOTA);
        int least = QUOTA * (spike - 1);
        return new Promise.Verdict(
                admitted.size() <= most && admitted.size() >= least,
                admitted.size() + " in " + spike + " s, from " + least + " to " + most + " are right");
    }
}
