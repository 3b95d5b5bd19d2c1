package io.sluice.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntSupplier;

/** All metrics of the gateway, tagged by route and limit, never by client: their number is bounded by the configuration. */
public final class Meters {
    private static final Duration[] LATENCIES = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };
    private static final Duration[] STORE_LATENCIES = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(200_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50)
    };

    private final MeterRegistry registry;
    private final Statuses statuses = new Statuses();
    /** Requests that no route took are counted under the route {@code -}. */
    private final RouteMeters unmatched;

    private final ConcurrentMap<String, RouteMeters> routes = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, LimitMeters> limits = new ConcurrentHashMap<>();

    public Meters(MeterRegistry registry) {
        this.registry = registry;
        this.unmatched = new RouteMeters(registry, "-", LATENCIES, statuses);
        // From 0 on: to Prometheus a counter that begins at 1 has not increased, and no alert would see the first
        // refusal.
        reloads(true);
        reloads(false);
    }

    /** The meters of a route; the same ones after a reload. */
    public RouteMeters route(String name) {
        return routes.computeIfAbsent(name, n -> new RouteMeters(registry, n, LATENCIES, statuses));
    }

    public LimitMeters limit(String name) {
        return limits.computeIfAbsent(name, n -> new LimitMeters(registry, n));
    }

    /** How long the shared store takes to answer one command of a kind, failed ones not counted. */
    public Timer store(String kind) {
        return Timer.builder("sluice.store")
                .description("Time from sending a command to the shared store to its reply")
                .tag("kind", kind)
                .serviceLevelObjectives(STORE_LATENCIES)
                .register(registry);
    }

    public Counter storeFailures(String kind) {
        return Counter.builder("sluice.store.failures")
                .description("Commands to the shared store that failed or missed their deadline")
                .tag("kind", kind)
                .register(registry);
    }

    /** @param state 0 closed, 1 half-open, 2 open */
    public void breaker(String name, IntSupplier state) {
        Gauge.builder("sluice.breaker.state", state, IntSupplier::getAsInt)
                .description("0 closed, 1 half-open, 2 open")
                .tag("breaker", name)
                .strongReference(true)
                .register(registry);
    }

    /** @param now 1 while a route's SQL does not fit the schema, else 0 */
    public void misfit(String route, IntSupplier now) {
        Gauge.builder("sluice.route.misfit", now, IntSupplier::getAsInt)
                .description("1 while the SQL of the route does not fit the schema, else 0")
                .tag("route", route)
                .strongReference(true)
                .register(registry);
    }

    /** @param now 1 while commits in Postgres are heard, else 0 */
    public void listening(IntSupplier now) {
        Gauge.builder("sluice.invalidation.listening", now, IntSupplier::getAsInt)
                .description("1 while commits in Postgres are heard, else 0")
                .strongReference(true)
                .register(registry);
    }

    /** Nobody wants to hear commits any more: no gauge says 0, and no alert fires. */
    public void listeningNoMore() {
        Gauge gauge = registry.find("sluice.invalidation.listening").gauge();
        if (gauge != null) {
            registry.remove(gauge);
        }
    }

    /** Invalidations that commits in Postgres asked for and every instance has acknowledged. */
    public Counter invalidations() {
        return Counter.builder("sluice.invalidations")
                .description(
                        "Acknowledged invalidations that commits in Postgres asked for; several commits may share one")
                .register(registry);
    }

    /**
     * Unsafe requests whose answers waited for the commits before them to be heard.
     *
     * @param acknowledged false: answered all the same, and instances may have served something older for a moment
     */
    public Counter commitWaits(boolean acknowledged) {
        return Counter.builder("sluice.commit.waits")
                .description("Answers to writes that waited until what was committed before is void, or nobody knew")
                .tag("result", acknowledged ? "acknowledged" : "unknown")
                .register(registry);
    }

    /** A request that was refused before it was matched: 400. */
    public void refused() {
        unmatched(400);
    }

    /** Descriptors that another gateway asked with and no rule took: they pass. */
    public void unmatchedDescriptors(int count) {
        Counter.builder("sluice.descriptors.unmatched")
                .description("Descriptors of other gateways that no rule of a domain takes")
                .register(registry)
                .increment(count);
    }

    /** A request that no route took. */
    public void unmatched(int status) {
        unmatched.request(status);
    }

    /**
     * A purge of the cache.
     *
     * @param kind by what it chose the entries
     * @param soft entries became stale, not void
     * @param acknowledged false: the store did not answer, and nobody knows
     */
    public void purge(String kind, boolean soft, boolean acknowledged) {
        Counter.builder("sluice.cache.purges")
                .description("Purges of the cache, acknowledged by every instance or of unknown outcome")
                .tag("kind", kind)
                .tag("mode", soft ? "soft" : "hard")
                .tag("result", acknowledged ? "acknowledged" : "unknown")
                .register(registry)
                .increment();
    }

    /**
     * How the database's credential is.
     *
     * @param now 1 while it is in that state, else 0
     */
    public void credentials(String provider, String state, IntSupplier now) {
        Gauge.builder("sluice.credentials.state", now, IntSupplier::getAsInt)
                .description("1 for the state that the database's credential is in, else 0")
                .tag("provider", provider)
                .tag("state", state)
                .strongReference(true)
                .register(registry);
    }

    /** Readings of the database's credential by what they came to. */
    public void credentialsRead(String provider, String result) {
        Counter.builder("sluice.credentials.reads")
                .description("Readings of the database's credential")
                .tag("provider", provider)
                .tag("result", result)
                .register(registry)
                .increment();
    }

    /** The database's credential became another one. */
    public void credentialsRotated(String provider) {
        Counter.builder("sluice.credentials.rotations")
                .description("Changes of the database's user or password")
                .tag("provider", provider)
                .register(registry)
                .increment();
    }

    /**
     * A pool of connections to a database server.
     *
     * @param server {@code primary}, or a replica's address
     */
    public void pool(String server, IntSupplier open, IntSupplier used, IntSupplier waiting) {
        pool("open", "Connections that are open, or are being opened", server, open);
        pool("used", "Connections that somebody has", server, used);
        pool("idle", "Connections that nobody has", server, () -> Math.max(0, open.getAsInt() - used.getAsInt()));
        pool("waiting", "Calls that wait for a connection", server, waiting);
    }

    private void pool(String name, String description, String server, IntSupplier now) {
        Gauge.builder("sluice.postgres.pool." + name, now, IntSupplier::getAsInt)
                .description(description)
                .tag("server", server)
                .strongReference(true)
                .register(registry);
    }

    /** @param used 1 while it may be read, else 0 */
    public void replica(String server, IntSupplier used) {
        Gauge.builder("sluice.postgres.replica.used", used, IntSupplier::getAsInt)
                .description("1 while the replica may be read, 0 while it is left out")
                .tag("server", server)
                .strongReference(true)
                .register(registry);
    }

    public Counter databaseReads(String server) {
        return Counter.builder("sluice.postgres.reads")
                .description("Reads by the server that they go to")
                .tag("server", server)
                .register(registry);
    }

    /** How long it took those to get a connection who got one. */
    public Timer poolWait(String server) {
        return Timer.builder("sluice.postgres.pool.wait")
                .description("Time from asking for a connection to having it, where it came to that")
                .tag("server", server)
                .serviceLevelObjectives(STORE_LATENCIES)
                .register(registry);
    }

    /** @param full false: they waited in vain */
    public Counter poolRefused(String server, boolean full) {
        return Counter.builder("sluice.postgres.pool.refused")
                .description("Calls that got no connection, since the line was full or they had waited long enough")
                .tag("server", server)
                .tag("reason", full ? "full" : "late")
                .register(registry);
    }

    /** Reloads of the configuration by whether they were taken. */
    public void reload(boolean taken) {
        reloads(taken).increment();
    }

    private Counter reloads(boolean taken) {
        return Counter.builder("sluice.config.reloads")
                .description("Changes of sluice.yaml, taken or refused")
                .tag("result", taken ? "taken" : "refused")
                .register(registry);
    }
}
