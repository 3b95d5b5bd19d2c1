package io.sluice.origin.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hears commits of watched tables, on a connection of its own, and has the cache void what they made untrue. After each
 * connection everything is voided first: commits may have been missed. See {@code deploy/postgres/invalidation.sql}.
 */
public final class CommitListener implements AutoCloseable {
    private static final long BACKOFF = 50;
    private static final long LONGEST_BACKOFF = 1_000;

    private final ContextInternal loop;
    private final Vertx vertx;
    private final Supplier<List<PgConnectOptions>> servers;
    private final Supplier<@Nullable Logins> logins;
    private final CommitObserver observer;
    private final CommitQueue queue;
    private @Nullable CommitSession session;
    private long backoff = BACKOFF;
    private int attempts;
    private boolean closed;

    /**
     * @param pool nothing is taken out of it
     * @param sessions tells where the pool connects to; what it pins holds here too
     */
    public CommitListener(
            Vertx vertx, Supplier<Pool> pool, PinnedSessions sessions, Invalidations cache, CommitObserver observer) {
        this(vertx, () -> servers(pool, sessions), sessions::logins, cache, observer);
    }

    CommitListener(
            Vertx vertx, Supplier<List<PgConnectOptions>> servers, Invalidations cache, CommitObserver observer) {
        this(vertx, servers, () -> null, cache, observer);
    }

    CommitListener(
            Vertx vertx,
            Supplier<List<PgConnectOptions>> servers,
            Supplier<@Nullable Logins> logins,
            Invalidations cache,
            CommitObserver observer) {
        this.vertx = vertx;
        this.loop = ((VertxInternal) vertx).createEventLoopContext();
        this.servers = servers;
        this.logins = logins;
        this.observer = observer;
        this.queue = new CommitQueue(loop, vertx, cache, observer);
    }

    private static List<PgConnectOptions> servers(Supplier<Pool> pool, PinnedSessions sessions) {
        // What the supplier gives may be made with its first use, and only then the sessions know.
        return pool.get().size() < 0 ? List.of() : sessions.servers();
    }

    /** Connects in the background, and goes on until {@link #close}: Postgres may be away. */
    public CommitListener start() {
        loop.runOnContext(here -> dial());
        return this;
    }

    /**
     * Waits until no reader anywhere sees anything older than what was committed before now. From any thread; completes on any.
     *
     * @param atMost from 1 ms
     * @return false when nobody knows: commits are not heard now, the store is away, or the time is over
     */
    public Uni<Boolean> caughtUp(Duration atMost) {
        return Uni.createFrom()
                .emitter(emitter -> loop.runOnContext(here -> {
                    CommitSession open = session;
                    if (closed || open == null) {
                        emitter.complete(false);
                        return;
                    }
                    long timer = vertx.setTimer(atMost.toMillis(), late -> emitter.complete(false));
                    Consumer<Boolean> done = known -> {
                        vertx.cancelTimer(timer);
                        emitter.complete(known);
                    };
                    open.heardSoFar(heard -> {
                        if (heard) {
                            queue.settled(done);
                        } else {
                            done.accept(false);
                        }
                    });
                }));
    }

    /** Hears nothing from now on. From any thread. */
    @Override
    public void close() {
        loop.runOnContext(here -> {
            closed = true;
            queue.close();
            CommitSession open = session;
            if (open != null) {
                open.close();
            }
        });
    }

    private void dial() {
        if (closed) {
            return;
        }
        List<PgConnectOptions> all;
        try {
            all = servers.get();
        } catch (RuntimeException noPool) {
            again(String.valueOf(noPool.getMessage()));
            return;
        }
        if (all.isEmpty()) {
            again("nobody knows where Postgres is");
            return;
        }
        CommitSession dialled = new CommitSession(loop, logins.get(), new Ear());
        session = dialled;
        dialled.dial(all.get(attempts++ % all.size()));
    }

    private void again(String why) {
        session = null;
        observer.deaf(why);
        vertx.setTimer(backoff, due -> dial());
        backoff = Math.min(2 * backoff, LONGEST_BACKOFF);
    }

    private final class Ear implements CommitSession.Ear {
        @Override
        public void listens(CommitSession now) {
            queue.everything(() -> {
                if (session == now) {
                    observer.listening();
                }
            });
        }

        @Override
        public void alive() {
            backoff = BACKOFF;
        }

        @Override
        public void heard(String payload, int process) {
            Committed commit = Notified.read(payload, process);
            if (commit == null) {
                observer.misunderstood(payload);
                queue.everything();
            } else {
                queue.add(commit);
            }
        }

        @Override
        public void ended(String why) {
            again(why);
        }
    }
}
