package io.sluice.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.sluice.admin.Purging;
import io.sluice.api.Desk;
import io.sluice.origin.postgres.PinnedSessions;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.redis.client.Redis;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The gateway from its start to its end. */
@ApplicationScoped
public class Sluice {
    private static final Logger LOG = Logger.getLogger("io.sluice");

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
    private volatile @Nullable Running running;
    private volatile boolean draining;

    void routes(@Observes Router router) {
        // Context propagation wraps every stage of every Uni, and nothing here reads a context it would carry.
        Infrastructure.clearInterceptors();
        Assembly parts = new Assembly(
                vertx,
                registry,
                active(redis) ? redis::get : null,
                active(postgres) ? postgres::get : null,
                sessions,
                desk,
                file,
                timers);
        Running now = parts.begin(this::changed, () -> begun.getCount() == 0);
        running = now;
        begun.countDown();
        router.route().order(FIRST).handler(now.gateway()).failureHandler(now.gateway()::failed);
    }

    private static boolean active(InjectableInstance<?> instance) {
        return instance.isResolvable() && instance.getHandle().getBean().isActive();
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

    /** A change may be seen while the start still goes on; then it is taken after that, or nothing is where it failed. */
    private void changed() {
        try {
            begun.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        Running now = running;
        if (now != null) {
            now.reload(file);
        }
    }

    /** Not ready, so that no new request is sent here; then what was accepted is answered. */
    private void drain() {
        Running now = running();
        draining = true;
        new Drain(delay, timeout).of(now);
    }

    void stopping(@Observes ShutdownEvent event) {
        Running now = running;
        if (now != null) {
            now.close();
        }
        timers.shutdownNow();
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
        return running().database().replicas();
    }

    /** Null: user and password are the datasource's, and stay. */
    @Nullable
    CredentialStates credentials() {
        return running().database().credentials();
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
