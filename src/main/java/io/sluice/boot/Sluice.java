package io.sluice.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.sluice.admin.GrpcListener;
import io.sluice.admin.Purging;
import io.sluice.api.Desk;
import io.sluice.cache.Cache;
import io.sluice.cache.CacheSettings;
import io.sluice.cache.CacheStore;
import io.sluice.cache.LocalCacheStore;
import io.sluice.cache.Timer;
import io.sluice.config.Config;
import io.sluice.config.ConfigWatcher;
import io.sluice.credentials.CredentialSettings;
import io.sluice.credentials.VaultAccess;
import io.sluice.gateway.AnswerFailures;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.Prepared;
import io.sluice.limit.Asker;
import io.sluice.limit.Limiter;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.RunningOverrides;
import io.sluice.limit.Turns;
import io.sluice.origin.Answer;
import io.sluice.origin.postgres.Cursors;
import io.sluice.origin.postgres.Database;
import io.sluice.origin.postgres.PinnedSessions;
import io.sluice.telemetry.Meters;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.redis.client.Redis;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The gateway, put together from what is configured. */
@ApplicationScoped
public class Sluice {
    private static final Logger LOG = Logger.getLogger("io.sluice");
    /** Counters kept in this process at most; each is a few dozen bytes. */
    /** One for each thread: event loops draw from it on hits. */
    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    private static final long MOST_COUNTERS = 1_000_000;

    private static final Pattern REDIS_HOST = Pattern.compile("(redis|rediss|unix)://\\S+");

    /** How long the end waits for the store to take back what this instance holds. */
    private static final Duration GIVE_BACK = Duration.ofMillis(500);

    /** Before everything else on the data port, Quarkus' own handlers included. */
    private static final int FIRST = -100_000;

    @Inject
    Vertx vertx;

    @Inject
    MeterRegistry registry;

    @Inject
    InjectableInstance<Redis> redis;

    @Inject
    InjectableInstance<Pool> postgres;

    @Inject
    PinnedSessions sessions;

    @Inject
    Desk desk;

    @ConfigProperty(name = "sluice.config", defaultValue = "sluice.yaml")
    String file;

    @ConfigProperty(name = "sluice.shutdown.delay", defaultValue = "1s")
    Duration delay;

    @ConfigProperty(name = "sluice.shutdown.timeout", defaultValue = "30s")
    Duration timeout;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sluice-timer");
        thread.setDaemon(true);
        return thread;
    });

    private final CountDownLatch begun = new CountDownLatch(1);
    private final Cursors cursors = Cursors.ofThisProcess();
    private volatile @Nullable Running running;
    private volatile @Nullable Rotation rotation;
    private volatile @Nullable Database database;
    private volatile boolean draining;

    /** Everything that exists once the configuration was taken. */
    private record Running(
            Gateway gateway,
            Purging purging,
            Limiter limiter,
            Turns turns,
            RunningOverrides overrides,
            @Nullable Shared shared,
            Commits commits,
            OriginStates origins,
            Meters meters,
            Configuration configuration,
            ConfigWatcher watcher,
            @Nullable GrpcListener grpc,
            List<Object> atStart) {}

    void routes(@Observes Router router) {
        // Context propagation wraps every stage of every Uni, and nothing here reads a context it would carry.
        Infrastructure.clearInterceptors();
        Running now = begin();
        running = now;
        begun.countDown();
        router.route().order(FIRST).handler(now.gateway()).failureHandler(now.gateway()::failed);
    }

    private Running begin() {
        checkRedisHosts();
        Meters meters = new Meters(registry);
        OriginStates states = new OriginStates(meters);
        Supplier<Pool> pool = active(postgres) ? postgres::get : null;
        Database opened = pool == null ? null : new Database(vertx, sessions, pool, new PoolMeters(meters));
        OriginPool origins = new OriginPool(vertx, opened, cursors, states);
        Path path = Path.of(file);
        Configuration configuration = new Configuration(path, origins, vertx, config -> reach(config, meters, opened));
        // Before the first reading, so that no change is missed between the two.
        ConfigWatcher watcher = ConfigWatcher.start(path, this::reload);
        Configuration.Loaded loaded = configuration.load();
        if (loaded instanceof Configuration.Loaded.Refused refused) {
            watcher.close();
            throw new StartFailure(lines(refused.problems()));
        }
        var ready = (Configuration.Loaded.Ready) loaded;
        Config config = ready.compiled().config();
        try {
            ListeningPorts.check(ConfigProvider.getConfig(), config.grpcPort());
        } catch (StartFailure shared) {
            watcher.close();
            throw shared;
        }
        Timer timer = Timer.on(timers);
        Shared shared = active(redis) ? new Shared(vertx, redis.get(), config, timer, meters) : null;
        Limiter limiter = limiter(shared);
        Turns turns = new Turns(System::nanoTime, (micros, task) -> timer.after(micros, task)::cancel);
        RunningOverrides overrides = new RunningOverrides(() -> {
            limiter.forget();
            turns.changed();
        });
        overrides.use(config.limits().values());
        Asker asker = new Asker(overrides);
        Cache<Prepared, Answer> cache = cache(shared, config, timer);
        Commits commits = new Commits(vertx, pool, sessions, cache, meters);
        Gateway gateway = new Gateway(
                limiter,
                asker,
                turns,
                cache,
                commits,
                meters,
                InstantSource.system(),
                timer,
                ready.compiled().table());
        desk.open(limiter, asker, gateway::table);
        Integer grpcPort = config.grpcPort();
        GrpcListener grpc = grpcPort == null ? null : listen(grpcPort, meters);
        ready.origins().adopt();
        if (shared != null) {
            shared.start(timers, overrides::replace);
            WarmUp.of(vertx, shared.limits);
        }
        commits.use(config);
        commits.awaitBegin();
        return new Running(
                gateway,
                new Purging(cache, gateway::table, meters, System::nanoTime),
                limiter,
                turns,
                overrides,
                shared,
                commits,
                states,
                meters,
                configuration,
                watcher,
                grpc,
                atStart(config));
    }

    /** Once, before the pool is made: the way to the database is read at start only. */
    private void reach(Config config, Meters meters, @Nullable Database opened) {
        if (begun.getCount() == 0) {
            return;
        }
        sessions.use(config.database().settings());
        String cursorKey = config.database().cursorKey();
        if (cursorKey != null) {
            cursors.use(cursorKey);
        } else if (active(redis) && config.hasCursors()) {
            LOG.warnf(
                    "%s has pages by cursor and no 'postgres.cursor-key': other instances, and this one after a restart, refuse"
                            + " the cursors of this one",
                    file);
        }
        rotate(config, meters);
        if (opened != null) {
            opened.start();
            database = opened;
        }
    }

    /** Nothing of Vault is made where it is not configured. */
    private void rotate(Config config, Meters meters) {
        CredentialSettings settings = config.database().credentials();
        if (settings == null || rotation != null) {
            return;
        }
        if (!active(postgres)) {
            throw new StartFailure("sluice: 'postgres.credentials' in " + file + " needs a datasource: set"
                    + " quarkus.datasource.reactive.url (QUARKUS_DATASOURCE_REACTIVE_URL)");
        }
        try {
            Rotation made = new Rotation(vertx, settings, new VaultAccess(ConfigProvider.getConfig()), meters);
            rotation = made;
            sessions.loginsFrom(made);
        } catch (IllegalArgumentException missing) {
            throw new StartFailure("sluice: 'postgres.credentials' in " + file + " " + missing.getMessage());
        }
    }

    /** Nothing of gRPC is loaded where it is not configured. */
    private GrpcListener listen(int port, Meters meters) {
        GrpcListener listener = new GrpcListener();
        String failure = listener.start(vertx, port, desk.parts(), meters::unmatchedDescriptors);
        if (failure != null) {
            throw new StartFailure("sluice: Envoy's service cannot listen on port " + port + " ('grpc.port' in " + file
                    + "): " + failure);
        }
        return listener;
    }

    /** A wrong address would end the start with a null pointer from the client's depths. */
    private static void checkRedisHosts() {
        ConfigProvider.getConfig()
                .getOptionalValue("quarkus.redis.hosts", String.class)
                .ifPresent(hosts -> {
                    for (String host : hosts.split(",", -1)) {
                        if (!REDIS_HOST.matcher(host.strip()).matches()) {
                            throw new StartFailure(
                                    "sluice: quarkus.redis.hosts (QUARKUS_REDIS_HOSTS) is '" + host.strip()
                                            + "'; accepted: redis://host:port or rediss://host:port, with /database, user and password");
                        }
                    }
                });
    }

    private static boolean active(InjectableInstance<?> instance) {
        return instance.isResolvable() && instance.getHandle().getBean().isActive();
    }

    private static String lines(List<?> problems) {
        return problems.stream().map(Object::toString).collect(Collectors.joining(System.lineSeparator()));
    }

    private Limiter limiter(@Nullable Shared shared) {
        MemoryLimitStore here =
                new MemoryLimitStore(() -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()), MOST_COUNTERS);
        if (shared == null) {
            return Limiter.alone(here);
        }
        Limiter limiter = new Limiter(shared.limits, here, shared.fleet::instances, System::nanoTime);
        shared.onLost(limiter::storeLost);
        vertx.setPeriodic(Limiter.TICK_MILLIS, tick -> limiter.tick());
        return limiter;
    }

    private static Cache<Prepared, Answer> cache(@Nullable Shared shared, Config config, Timer timer) {
        CacheStore store = shared == null
                ? new LocalCacheStore(() -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()))
                : shared.cache;
        return new Cache<>(
                store, Prepared::of, new AnswerFailures(), settings(config), timer, System::nanoTime, RANDOM);
    }

    private static CacheSettings settings(Config config) {
        CacheSettings standard = CacheSettings.DEFAULT;
        // Whoever waits for another's load waits as long as its origin may take.
        long slowest = TimeUnit.MILLISECONDS.toMicros(config.slowestOrigin().toMillis() + 500);
        return new CacheSettings(
                config.near().bytes(),
                standard.lease(),
                Math.max(standard.loadDeadline(), 2 * slowest),
                Math.max(standard.waiterDeadline(), slowest),
                standard.pass(),
                standard.retry(),
                standard.jitter(),
                standard.maxWaitersPerKey(),
                standard.maxWaiters());
    }

    void started(@Observes StartupEvent event) {
        Termination.drainWith(this::drain);
        Running now = running();
        LOG.infof(
                "Sluice serves %s: limits %s, data port %s, management port %s",
                file,
                now.shared() == null ? "in this process" : "shared in Redis",
                port("quarkus.http.port"),
                port("quarkus.management.port"));
    }

    private static String port(String key) {
        return ConfigProvider.getConfig().getValue(key, String.class);
    }

    private void reload() {
        Running now = awaitRunning();
        if (now == null) {
            return;
        }
        Configuration.Loaded loaded = now.configuration().load();
        if (loaded instanceof Configuration.Loaded.Ready ready) {
            now.gateway().use(ready.compiled().table());
            now.overrides().use(ready.compiled().config().limits().values());
            now.limiter().forget();
            now.turns().changed();
            ready.origins().adopt();
            now.meters().reload(true);
            LOG.infof("%s changed: the new configuration is in use", file);
            Config config = ready.compiled().config();
            now.commits().use(config);
            if (!atStart(config).equals(now.atStart())) {
                LOG.warnf(
                        "%s: store, cache, postgres, instances and grpc are read at start only; they change with a restart",
                        file);
            }
        } else {
            now.meters().reload(false);
            LOG.errorf(
                    "%s changed but is refused; the one before stays in use:%n%s",
                    file, lines(((Configuration.Loaded.Refused) loaded).problems()));
        }
    }

    /** What a reload does not change. */
    private static List<Object> atStart(Config config) {
        return List.of(
                config.store(),
                config.near(),
                config.database(),
                config.instances(),
                Optional.ofNullable(config.grpcPort()));
    }

    /** A change may be seen while the start still goes on; null: it failed. */
    private @Nullable Running awaitRunning() {
        try {
            begun.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return running;
    }

    /** Not ready, so that no new request is sent here; then what was accepted is answered. */
    private void drain() {
        Running now = running();
        draining = true;
        now.gateway().drain();
        GrpcListener grpc = now.grpc();
        if (grpc != null) {
            grpc.drain();
        }
        try {
            TimeUnit.MILLISECONDS.sleep(delay.toMillis());
            Listeners.close(Set.of(ConfigProvider.getConfig().getValue("quarkus.management.port", Integer.class)));
            if (grpc != null) {
                grpc.close();
            }
            if (!now.gateway().inFlight().awaitNone(timeout.toMillis())) {
                LOG.warnf(
                        "%d requests did not end within %s",
                        now.gateway().inFlight().count(), timeout);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    void stopping(@Observes ShutdownEvent event) {
        Running now = running;
        if (now != null) {
            now.watcher().close();
            now.commits().close();
            if (now.shared() != null) {
                giveBack(now.limiter());
                now.shared().close();
            }
        }
        Database servers = database;
        if (servers != null) {
            servers.close();
        }
        Rotation logins = rotation;
        if (logins != null) {
            logins.close();
        }
        timers.shutdownNow();
    }

    private static void giveBack(Limiter limiter) {
        boolean taken = limiter.close()
                .ifNoItem()
                .after(GIVE_BACK)
                .recoverWithItem(false)
                .await()
                .indefinitely();
        if (!taken) {
            LOG.debug("the store did not take back what this instance held: it expires by itself");
        }
    }

    boolean draining() {
        return draining;
    }

    /** Null: no Redis is configured. */
    @Nullable
    StoreState store() {
        Shared shared = running().shared();
        return shared == null ? null : shared.state;
    }

    /** How each replica of the database is, by its address. */
    Map<String, String> replicas() {
        Database servers = database;
        return servers == null ? Map.of() : servers.shown();
    }

    /** Null: user and password are the datasource's, and stay. */
    @Nullable
    CredentialStates credentials() {
        Rotation logins = rotation;
        return logins == null ? null : logins.states;
    }

    Purging purging() {
        return running().purging();
    }

    OriginStates origins() {
        return running().origins();
    }

    @Nullable
    Pool postgres() {
        return active(postgres) ? postgres.get() : null;
    }

    private Running running() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("not started yet");
        }
        return now;
    }
}
