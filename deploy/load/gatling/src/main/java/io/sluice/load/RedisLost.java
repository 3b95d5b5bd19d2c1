package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.roundRobinSwitch;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Redis is killed after a third of the time, and an empty one comes in its place after another third. What each limit does meanwhile is
 * what its {@code on-store-failure} says; what is cached or not limited never fails.
 */
public final class RedisLost extends LoadTest {
    private static final int RATE = 200;
    /** What {@code shared-out} admits in any second. */
    private static final int QUOTA = 20;
    /** In which every instance must have found the new Redis. */
    private static final Duration GRACE = Duration.ofSeconds(4);

    private final AtomicLong next = new AtomicLong();
    private volatile When when = When.THERE;
    private volatile long killed;
    private volatile long returned;

    private enum When {
        THERE("Redis there"),
        AWAY("Redis away"),
        RETURNING("Redis just back"),
        BACK("Redis back");

        final String words;

        When(String words) {
            this.words = words;
        }
    }

    public RedisLost() {
        promise(new Promise("local: the instances go on with their shares of the quota", this::shares));
        promise(new Promise("local: the quota holds again when Redis is back", this::quotaAgain));
        int third = settings.seconds() / 3;
        run(
                List.of(
                        scenario("Redis")
                                .pause(third)
                                .exec(this::kill)
                                .pause(third)
                                .exec(this::comeBack)
                                .pause(GRACE)
                                .exec(this::isBack)
                                .injectOpen(atOnceUsers(1)),
                        scenario("requests")
                                .exec(session -> session.set("when", when).set("key", next.getAndIncrement() % 20))
                                .exec(roundRobinSwitch()
                                        .on(
                                                request("cached"),
                                                request("passed"),
                                                request("local"),
                                                request("open"),
                                                request("closed")))
                                .injectOpen(constantUsersPerSec(settings.rate(RATE))
                                        .during(Duration.ofSeconds(3L * third).plus(GRACE)))
                                .andThen(verdict())),
                prompt("cached, Redis away"),
                prompt("passed, Redis away"),
                prompt("local, Redis away"),
                prompt("open, Redis away"),
                prompt("closed, Redis away"),
                prompt("cached, Redis back"),
                details("closed, Redis there").successfulRequests().count().gt(0L),
                details("closed, Redis away").successfulRequests().count().gt(0L),
                details("closed, Redis back").successfulRequests().count().gt(0L));
    }

    private ChainBuilder request(String route) {
        return get(
                session -> route + ", " + sentWhen(session).words,
                "/" + route + "/#{key}",
                session -> allowed(route, sentWhen(session), when));
    }

    private static When sentWhen(Session session) {
        return (When) session.get("when");
    }

    private static List<Integer> allowed(String route, When sent, When answered) {
        return switch (route) {
            case "local" -> List.of(200, 429);
            // sent to a Redis that was dead already: never admitted; sent and answered by a living one: always
            case "closed" ->
                sent == When.AWAY && answered == When.AWAY
                        ? List.of(503)
                        : sent == answered && sent != When.RETURNING ? List.of(200) : List.of(200, 503);
            default -> List.of(200);
        };
    }

    private Session kill(Session session) {
        fleet.redis.close();
        killed = System.nanoTime();
        when = When.AWAY;
        return session;
    }

    private Session comeBack(Session session) {
        returned = System.nanoTime();
        when = When.RETURNING;
        fleet.redis.startAgain();
        return session;
    }

    private Session isBack(Session session) {
        when = When.BACK;
        return session;
    }

    private Promise.Verdict shares() {
        return admitted(killed, returned);
    }

    private Promise.Verdict quotaAgain() {
        return admitted(returned + GRACE.toNanos(), System.nanoTime());
    }

    /** A sliding window admits its quota in each second; at either end, one more may lie in the interval. */
    private Promise.Verdict admitted(long from, long to) {
        long count = fleet.origin.below("/local/").stream()
                .filter(call -> call.began() - from >= 0 && call.began() - to < 0)
                .count();
        double seconds = (to - from) / 1e9;
        double most = QUOTA * (seconds + 2);
        double least = QUOTA * (seconds - 2) / 2;
        return new Promise.Verdict(
                count <= most && count >= least,
                "%d in %.1f s, from %.0f to %.0f are right".formatted(count, seconds, least, most));
    }
}
