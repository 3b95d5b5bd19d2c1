package io.sluice.boot;

import io.sluice.admin.GrpcListener;
import io.sluice.admin.Purging;
import io.sluice.config.Config;
import io.sluice.config.ConfigWatcher;
import io.sluice.gateway.Gateway;
import io.sluice.limit.Limiter;
import io.sluice.limit.RunningOverrides;
import io.sluice.limit.Turns;
import io.sluice.telemetry.Meters;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Everything that exists once the configuration was taken. */
record Running(
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
        DatabaseReach database,
        @Nullable GrpcListener grpc,
        List<Object> atStart)
        implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger("io.sluice");

    /** How long the end waits for the store to take back what this instance holds. */
    private static final Duration GIVE_BACK = Duration.ofMillis(500);

    /** What a reload does not change. */
    static List<Object> atStart(Config config) {
        return List.of(
                config.store(),
                config.near(),
                config.database(),
                config.instances(),
                Optional.ofNullable(config.grpcPort()));
    }

    /** Takes the file as it is now into use, or leaves everything as it is. */
    void reload(String file) {
        Configuration.Loaded loaded = configuration.load();
        if (loaded instanceof Configuration.Loaded.Refused refused) {
            meters.reload(false);
            LOG.errorf("%s changed but is refused; the one before stays in use:%n%s", file, refused.lines());
            return;
        }
        Configuration.Loaded.Ready ready = (Configuration.Loaded.Ready) loaded;
        Config config = ready.compiled().config();
        gateway.use(ready.compiled().table());
        overrides.use(config.limits().values());
        limiter.forget();
        turns.changed();
        ready.origins().adopt();
        meters.reload(true);
        LOG.infof("%s changed: the new configuration is in use", file);
        commits.use(config);
        if (!atStart(config).equals(atStart)) {
            LOG.warnf(
                    "%s: store, cache, postgres, instances and grpc are read at start only; they change with a restart",
                    file);
        }
    }

    @Override
    public void close() {
        watcher.close();
        commits.close();
        if (shared != null) {
            giveBack();
            shared.close();
        }
        database.close();
    }

    private void giveBack() {
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
}
