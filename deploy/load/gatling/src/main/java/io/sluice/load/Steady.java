package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.roundRobinSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The same rate all the time, over a cached route, two limited ones and one that is passed through. */
public final class Steady extends LoadTest {
    private static final int KEYS = 50;
    private static final int RATE = 200;

    public Steady() {
        AtomicLong next = new AtomicLong();
        promise(new Promise("the origin is asked once for each key", this::onceForEachKey));
        promise(new Promise("all that is not cached reaches the origin", this::allPassed));
        long each = (long) (settings.rate(RATE) * settings.seconds() / 4) - 1;
        run(
                List.of(scenario("steady")
                        .exec(session -> session.set("key", next.getAndIncrement() % KEYS))
                        .exec(roundRobinSwitch()
                                .on(
                                        get("cached", "/cached/#{key}", List.of(200)),
                                        get("cached, behind an exact limit", "/exact/#{key}", List.of(200)),
                                        get("cached, behind a leased limit", "/leased/#{key}", List.of(200)),
                                        get("passed through", "/passed/#{key}", List.of(200))))
                        .injectOpen(constantUsersPerSec(settings.rate(RATE)).during(settings.seconds()))
                        .andThen(verdict())),
                prompt("cached"),
                prompt("cached, behind an exact limit"),
                prompt("cached, behind a leased limit"),
                prompt("passed through"),
                details("cached").successfulRequests().count().gte(each),
                details("cached, behind an exact limit")
                        .successfulRequests()
                        .count()
                        .gte(each),
                details("cached, behind a leased limit")
                        .successfulRequests()
                        .count()
                        .gte(each),
                details("passed through").successfulRequests().count().gte(each));
    }

    private Promise.Verdict onceForEachKey() {
        Map<String, Integer> cached = new HashMap<>(fleet.origin.counts());
        cached.keySet().removeIf(path -> path.startsWith("/passed/"));
        int most = cached.values().stream().mapToInt(calls -> calls).max().orElse(0);
        return new Promise.Verdict(
                most >= 1 && most <= callsForOneLoad(0),
                cached.size() + " keys, none more than " + most + " times; " + stalls());
    }

    private Promise.Verdict allPassed() {
        int passed = fleet.origin.below("/passed/").size();
        long sent = (long) (settings.rate(RATE) * settings.seconds() / 4);
        return new Promise.Verdict(passed >= sent - 1, passed + " of " + sent);
    }
}
