package io.sluice.boot;

import io.micrometer.core.instrument.Counter;
import io.sluice.cache.Cache;
import io.sluice.cache.Commit;
import io.sluice.config.Config;
import io.sluice.gateway.CommitsHeard;
import io.sluice.origin.postgres.CommitListener;
import io.sluice.origin.postgres.CommitObserver;
import io.sluice.origin.postgres.Committed;
import io.sluice.origin.postgres.DatabaseSettings;
import io.sluice.origin.postgres.Invalidations;
import io.sluice.origin.postgres.PinnedSessions;
import io.sluice.telemetry.Meters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Listens for commits while there is a datasource and a route whose entries carry tags; metrics, and a log line per change. */
final class Commits implements CommitObserver, CommitsHeard, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Commits.class);

    private static final int BEGIN_SECONDS = 2;

    /** How it was left the last time that something was said. */
    private enum Said {
        NOTHING,
        HEARD,
        DEAF
    }

    private final Vertx vertx;
    private final @Nullable Supplier<Pool> pool;
    private final PinnedSessions sessions;
    private final Invalidations cache;
    private final Meters meters;
    private final Counter invalidations;
    private final Counter waited;
    private final Counter waitedInVain;
    private final AtomicReference<Said> said = new AtomicReference<>(Said.NOTHING);
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile @Nullable CommitListener listener;

    /** @param pool null: there is no datasource */
    Commits(Vertx vertx, @Nullable Supplier<Pool> pool, PinnedSessions sessions, Cache<?, ?> cache, Meters meters) {
        this.vertx = vertx;
        this.pool = pool;
        this.sessions = sessions;
        this.cache = voiding(cache);
        this.meters = meters;
        this.invalidations = meters.invalidations();
        this.waited = meters.commitWaits(true);
        this.waitedInVain = meters.commitWaits(false);
    }

    private static Invalidations voiding(Cache<?, ?> cache) {
        return new Invalidations() {
            @Override
            public Uni<Void> commits(List<Committed> commits) {
                return cache.commits(commits.stream()
                        .map(one -> Commit.ofTags(one.id(), one.tags()))
                        .toList());
            }

            @Override
            public Uni<Void> everything() {
                return cache.invalidateEverything();
            }
        };
    }

    /** Begins or ends to listen, as this configuration needs it. */
    synchronized void use(Config config) {
        Supplier<Pool> connections = pool;
        boolean needed = connections != null && config.hasTags();
        DatabaseSettings database = config.database().settings();
        if (!needed) {
            close();
            meters.listeningNoMore();
        } else if (listener == null && connections != null) {
            // Where nobody wants to listen there is no gauge that says 0.
            meters.listening(() -> said.get() == Said.HEARD ? 1 : 0);
            if (database.shared() && database.listen() == null) {
                deaf(
                        "a pooler that lends sessions by the transaction cannot, and 'postgres' names no address to 'listen' at");
                return;
            }
            listener = new CommitListener(vertx, connections, sessions, cache, this).start();
        }
    }

    /**
     * Waits until commits are heard, or cannot be, or for two seconds: what listening begins with voids everything, and is not to void
     * the first answers.
     */
    void awaitBegin() {
        synchronized (this) {
            if (listener == null) {
                return;
            }
        }
        try {
            if (!begun.await(BEGIN_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("commits are not heard yet");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Uni<Void> soFar(Duration atMost) {
        CommitListener now = listener;
        return now == null
                ? Uni.createFrom().voidItem()
                : now.caughtUp(atMost)
                        .invoke(known -> (known ? waited : waitedInVain).increment())
                        .replaceWithVoid();
    }

    @Override
    public synchronized void close() {
        CommitListener open = listener;
        listener = null;
        if (open != null) {
            open.close();
            said.set(Said.NOTHING);
        }
    }

    @Override
    public void listening() {
        begun.countDown();
        Said before = said.getAndSet(Said.HEARD);
        if (before == Said.DEAF) {
            LOG.info("Commits in Postgres are heard again, and what was missed is voided");
        } else if (before == Said.NOTHING) {
            LOG.info("Commits in Postgres are heard: what is watched there invalidates the cache");
        }
    }

    @Override
    public void deaf(String why) {
        begun.countDown();
        if (said.getAndSet(Said.DEAF) != Said.DEAF) {
            LOG.warnf(
                    "Commits in Postgres are not heard (%s): until they are, cached answers live as long as their ttl says."
                            + " The datasource must lead to the primary, and not through a pooler that shares sessions",
                    why);
        }
    }

    @Override
    public void invalidated() {
        invalidations.increment();
    }

    @Override
    public void misunderstood(String payload) {
        LOG.warnf(
                "A notification on the channel 'sluice' voids everything: expected {\"tags\":[\"name:value\"]}, got %s",
                payload.length() > 100 ? payload.substring(0, 100) + "…" : payload);
    }
}
