package io.sluice.load;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * What all simulations share: a fleet that each starts for itself, the open model (a virtual user is one request, which comes when it is due
 * whatever became of those before), and the rule that no request and no promise may fail.
 */
abstract class LoadTest extends Simulation {
    final Settings settings = Settings.given();
    final Fleet fleet = new Fleet(settings);

    /** How long an instance waits for Redis, in ms: the cache always, limits by {@code store.deadline}. */
    private static final int DEADLINE_MILLIS = 250;

    private static final int WARM_UP_SECONDS = 3;

    private final AtomicLong longestWait = new AtomicLong();
    private final List<Promise> promises = new ArrayList<>();

    /** A request that must be answered with one of these statuses. */
    ChainBuilder get(String name, String path, List<Integer> statuses) {
        return get(session -> name, path, session -> statuses);
    }

    /** A request whose expected statuses are known when its answer is there. */
    ChainBuilder get(Function<Session, String> name, String path, Function<Session, List<Integer>> statuses) {
        return exec(session -> session.set("sent", System.nanoTime()))
                .exec(http(name)
                        .get(path)
                        .header(
                                "X-API-Key",
                                session -> session.contains("client") ? session.getString("client") : "any")
                        .check(status().saveAs("status"), status().in(statuses))
                        .checkIf((answer, session) -> answer.status().code() == 429)
                        .then(header("Retry-After")
                                .find()
                                .transform(Integer::parseInt)
                                .gte(1)))
                .exec(session -> {
                    long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - session.getLong("sent"));
                    longestWait.accumulateAndGet(waited, Math::max);
                    return session;
                });
    }

    /**
     * How often the origin may be asked for one load: once. Where a machine is so busy that Redis missed its deadline, an instance loads for
     * itself, and so once for each of them. Who missed a deadline waited as long at least.
     *
     * @param slow how long the origin takes, in ms
     */
    int callsForOneLoad(int slow) {
        boolean quiet = fleet.late() == 0 && longestWait.get() < DEADLINE_MILLIS + slow;
        return quiet ? 1 : settings.instances();
    }

    /** What instances may admit beyond a quota: nothing, but where Redis was late they decide for themselves ({@code local}). */
    int beyond(int quota) {
        return fleet.late() == 0 ? 0 : quota;
    }

    String stalls() {
        return "longest wait " + longestWait + " ms, " + fleet.late() + " late answers of Redis";
    }

    /** Adds a promise that {@link #verdict} will judge. */
    void promise(Promise promise) {
        promises.add(promise);
    }

    /** Judges all promises; belongs after the population that ends last. */
    PopulationBuilder verdict() {
        return scenario("verdict")
                .exec(promises.stream().map(Promise::judged).toList())
                .injectOpen(atOnceUsers(1));
    }

    /** Runs these populations and all that follows them, when the load generator has compiled its own code. */
    void run(List<PopulationBuilder> load, Assertion... more) {
        List<Assertion> all =
                new ArrayList<>(List.of(global().failedRequests().count().is(0L)));
        promises.forEach(promise -> all.add(promise.wasJudged()));
        all.addAll(Arrays.asList(more));
        setUp(scenario("warm-up")
                        .exec(http("warm-up").get("/cached/warm-up").silent())
                        .injectOpen(constantUsersPerSec(settings.rate(100)).during(WARM_UP_SECONDS))
                        .andThen(load.toArray(PopulationBuilder[]::new)))
                .protocols(http.baseUrls(fleet.urls())
                        // as behind a load balancer: the cache keeps apart what was asked for under different names
                        .header("Host", "api.example")
                        .shareConnections()
                        .disableCaching())
                .assertions(all);
    }

    /** That the 99th percentile of these requests is below what the machine is given. */
    Assertion prompt(String name) {
        return details(name).responseTime().percentile(99).lte(settings.slowest());
    }

    @Override
    public void after() {
        fleet.close();
    }
}
