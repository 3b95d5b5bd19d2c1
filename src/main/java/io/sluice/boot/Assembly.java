package io.sluice.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.admin.GrpcListener;
import io.sluice.admin.Purging;
import io.sluice.api.Desk;
import io.sluice.cache.Cache;
import io.sluice.cache.Timer;
import io.sluice.config.Config;
import io.sluice.config.ConfigWatcher;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.Prepared;
import io.sluice.limit.Asker;
import io.sluice.limit.Limiter;
import io.sluice.limit.RunningOverrides;
import io.sluice.limit.Turns;
import io.sluice.origin.Answer;
import io.sluice.origin.postgres.Database;
import io.sluice.origin.postgres.PinnedSessions;
import io.sluice.telemetry.Meters;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway is put together from.
 *
 * @param redis null: limits and cache are this process' own
 * @param postgres null: there is no datasource
 * @param file the configuration's
 */
record Assembly(
        Vertx vertx,
        MeterRegistry registry,
        @Nullable Supplier<Redis> redis,
        @Nullable Supplier<Pool> postgres,
        PinnedSessions sessions,
        Desk desk,
        String file,
        ScheduledExecutorService timers) {
    /**
     * Fails with {@link StartFailure}: what watches the file and what holds connections of the database is closed then, and the process is to end.
     *
     * @param changed is run when the file has changed, on a thread of its own; also before this returns
     * @param begun whether this has returned
     */
    Running begin(Runnable changed, BooleanSupplier begun) {
        RedisHosts.check();
        Meters meters = new Meters(registry);
        Database opened = postgres == null ? null : new Database(vertx, sessions, postgres, new PoolMeters(meters));
        DatabaseReach database = new DatabaseReach(vertx, file, sessions, opened, meters);
        OriginStates states = new OriginStates(meters);
        OriginPool origins = new OriginPool(vertx, opened, database.cursors, states);
        Path path = Path.of(file);
        Configuration configuration = new Configuration(path, origins, vertx, config -> {
            if (!begun.getAsBoolean()) {
                database.use(config, redis != null);
            }
        });
        // Before the first reading, so that no change is missed between the two.
        ConfigWatcher watcher = ConfigWatcher.start(path, changed);
        try {
            return begin(meters, database, states, configuration, watcher);
        } catch (RuntimeException refused) {
            watcher.close();
            database.close();
            throw refused;
        }
    }

    private Running begin(
            Meters meters,
            DatabaseReach database,
            OriginStates states,
            Configuration configuration,
            ConfigWatcher watcher) {
        Configuration.Loaded loaded = configuration.load();
        if (loaded instanceof Configuration.Loaded.Refused refused) {
            throw new StartFailure(refused.lines());
        }
        var ready = (Configuration.Loaded.Ready) loaded;
        Config config = ready.compiled().config();
        ListeningPorts.check(ConfigProvider.getConfig(), config.grpcPort());
        Timer timer = Timer.on(timers);
        Shared shared = redis == null ? null : new Shared(vertx, redis.get(), config, timer, meters);
        Limiter limiter = Stores.limiter(vertx, shared);
        Turns turns = new Turns(System::nanoTime, (micros, task) -> timer.after(micros, task)::cancel);
        RunningOverrides overrides = new RunningOverrides(() -> {
            limiter.forget();
            turns.changed();
        });
        overrides.use(config.limits().values());
        Asker asker = new Asker(overrides);
        Cache<Prepared, Answer> cache = Stores.cache(shared, config, timer);
        Commits commits = new Commits(vertx, postgres, sessions, cache, meters);
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
                database,
                grpc,
                Running.atStart(config));
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
}
