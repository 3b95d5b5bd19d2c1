package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three hot keys that live for 2 s, at an origin that takes {@value CountingOrigin#SLOW_MILLIS} ms: whenever one expires, all instances are
 * asked for it at once. One of them asks the origin, and nobody waits longer than for that one answer.
 */
public final class Stampede extends LoadTest {
    private static final int KEYS = 3;
    private static final int RATE = 300;
    /** What the route {@code hot} says; the gateway takes up to a tenth off. */
    private static final long TTL_MILLIS = 2000;

    public Stampede() {
        AtomicLong next = new AtomicLong();
        promise(new Promise("one call of the origin for each key and expiry", this::onePerExpiry));
        promise(new Promise("keys expired under load", this::expired));
        run(
                List.of(scenario("stampede")
                        .exec(session -> session.set("key", next.getAndIncrement() % KEYS))
                        .exec(get("hot", "/hot/#{key}", List.of(200)))
                        .injectOpen(constantUsersPerSec(settings.rate(RATE)).during(settings.seconds()))
                        .andThen(verdict())),
                details("hot").responseTime().max().lte(CountingOrigin.SLOW_MILLIS + settings.slowest()));
    }

    /** Calls for one expiry lie closer together than half of what an answer lives. */
    private Promise.Verdict onePerExpiry() {
        long together = TimeUnit.MILLISECONDS.toNanos(TTL_MILLIS / 2);
        int asked = 0;
        int most = 0;
        String where = "";
        for (int key = 0; key < KEYS; key++) {
            List<CountingOrigin.Call> calls = fleet.origin.below("/hot/" + key);
            asked += calls.size();
            for (CountingOrigin.Call first : calls) {
                List<Long> after = calls.stream()
                        .map(call -> call.began() - first.began())
                        .filter(later -> later >= 0 && later < together)
                        .toList();
                if (after.size() > Math.max(1, most)) {
                    where = " (key " + key + ", " + TimeUnit.NANOSECONDS.toMillis(after.get(after.size() - 1))
                            + " ms apart, "
                            + TimeUnit.NANOSECONDS.toMillis(
                                    first.began() - calls.get(0).began()) + " ms after its first)";
                }
                most = Math.max(most, after.size());
            }
        }
        return new Promise.Verdict(
                most == 1 || most > 1 && most <= callsForOneLoad(CountingOrigin.SLOW_MILLIS),
                asked + " calls, at most " + most + " for one expiry" + where + "; " + stalls());
    }

    private Promise.Verdict expired() {
        long least = settings.seconds() * 1000L / (2 * (TTL_MILLIS + CountingOrigin.SLOW_MILLIS));
        int fewest = Integer.MAX_VALUE;
        for (int key = 0; key < KEYS; key++) {
            fewest = Math.min(fewest, fleet.origin.below("/hot/" + key).size());
        }
        return new Promise.Verdict(fewest > least, "each key was loaded " + fewest + " times at least");
    }
}
