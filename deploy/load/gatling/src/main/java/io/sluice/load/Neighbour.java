package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Twenty clients that stay well below their quota, and beside them, for the second half, one that sends twenty times as much as its own.
 * The polite ones are never refused and wait no longer than before; the noisy one gets its quota, and 429 for the rest.
 */
public final class Neighbour extends LoadTest {
    private static final int POLITE = 20;
    private static final int POLITE_RATE = 60;
    private static final int NOISY_RATE = 200;
    /** What {@code per-client} gives to each client. */
    private static final int QUOTA = 10;

    private static final int BURST = 30;

    private final AtomicLong admitted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong first = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong last = new AtomicLong(Long.MIN_VALUE);

    public Neighbour() {
        promise(new Promise("the noisy client gets its quota and no more", this::itsQuota));
        promise(new Promise("what was refused never reached the origin", this::onlyAdmitted));
        promise(new Promise(
                "the noisy client was refused", () -> new Promise.Verdict(refused.get() > 0, refused + " times")));
        int half = settings.seconds() / 2;
        PopulationBuilder beside = polite("polite, beside a noisy client")
                .injectOpen(constantUsersPerSec(settings.rate(POLITE_RATE)).during(half))
                .andThen(verdict());
        PopulationBuilder noisy = noisy().injectOpen(
                        constantUsersPerSec(settings.rate(NOISY_RATE)).during(half - 2));
        run(
                List.of(polite("polite, alone")
                        .injectOpen(
                                constantUsersPerSec(settings.rate(POLITE_RATE)).during(half))
                        .andThen(beside, noisy)),
                prompt("polite, alone"),
                prompt("polite, beside a noisy client"),
                details("noisy").allRequests().count().gte((long) (settings.rate(NOISY_RATE) * (half - 2)) - 1));
    }

    private ScenarioBuilder polite(String name) {
        AtomicLong next = new AtomicLong();
        return scenario(name)
                .exec(session -> session.set("client", "polite-" + next.getAndIncrement() % POLITE))
                .exec(get(name, "/per-client/polite", List.of(200)));
    }

    private ScenarioBuilder noisy() {
        return scenario("noisy")
                .exec(session -> {
                    first.accumulateAndGet(System.nanoTime(), Math::min);
                    return session.set("client", "noisy");
                })
                .exec(get("noisy", "/per-client/noisy", List.of(200, 429)))
                .exec(session -> {
                    last.accumulateAndGet(System.nanoTime(), Math::max);
                    (session.getInt("status") == 200 ? admitted : refused).incrementAndGet();
                    return session;
                });
    }

    private Promise.Verdict itsQuota() {
        double seconds = (last.get() - first.get()) / 1e9;
        double most = BURST + QUOTA * seconds + 1 + beyond(BURST);
        double least = 0.8 * (BURST + QUOTA * seconds);
        return new Promise.Verdict(
                admitted.get() <= most && admitted.get() >= least,
                "%d in %.1f s, from %.0f to %.0f are right".formatted(admitted.get(), seconds, least, most));
    }

    private Promise.Verdict onlyAdmitted() {
        int asked = fleet.origin.below("/per-client/noisy").size();
        return new Promise.Verdict(
                asked == admitted.get(), asked + " calls of the origin, " + admitted + " answers with 200");
    }
}
