package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.sluice.origin.postgres.DatabaseSettings.Server;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The datasource and its replicas. What writes goes to the primary. What reads goes to a replica that has replayed all that the reader
 * must see, which is asked on the same connection before the statement, or else to the primary.
 */
public final class Database implements Connections, AutoCloseable {
    /** The field that tells a client what a replica must have replayed for it, and that the client may send back to any instance. */
    static final String WRITTEN_AT = "Sluice-Written-At";

    private static final Logger LOG = Logger.getLogger(Database.class);
    private static final String PRIMARY = "primary";
    /** Milliseconds between two looks at the servers. */
    private static final long PROBE = 1_000;

    /** Nanoseconds after which a write that was given up has ended one way or the other: its connection is closed by then. */
    private static final long SETTLED = 1_500_000_000L;

    private static final int MOST_CLIENTS = 100_000;

    private final Vertx vertx;
    private final PinnedSessions sessions;
    private final Supplier<Pool> pool;
    private final PoolObserver observer;
    private final Lending primary;
    private final Lanes lanes;
    private final Positions positions;
    private final AtomicInteger turn = new AtomicInteger();
    private final List<Pool> made = new ArrayList<>();
    private volatile List<Replica> replicas = List.of();
    private volatile Marks marks = new Marks(MOST_CLIENTS, 0);
    private volatile boolean closed;

    /** @param pool the primary's, made at the first call; may throw */
    public Database(Vertx vertx, PinnedSessions sessions, Supplier<Pool> pool, PoolObserver observer) {
        this.vertx = vertx;
        this.sessions = sessions;
        this.pool = pool;
        this.observer = observer;
        primary = new Lending(PRIMARY, pool, sessions::size, observer);
        lanes = new Lanes(vertx, primary::borrow, primary::giveBack, sessions::size);
        positions = new Positions(
                primary::borrow,
                primary::giveBack,
                this::lost,
                connection -> Positions.of(connection).timeout(Replica.ANSWER, TimeUnit.MILLISECONDS));
    }

    /** To be called once, when the sessions know their settings and before anything is read. */
    public void start() {
        DatabaseSettings settings = sessions.settings();
        if (settings.replicas().isEmpty()) {
            return;
        }
        marks = new Marks(MOST_CLIENTS, settings.maxLag().toNanos());
        List<Replica> all = new ArrayList<>();
        for (Server server : settings.replicas()) {
            String name = server.toString();
            Lending lending = new Lending(name, once(server), sessions::size, observer);
            Replica replica = new Replica(name, vertx, lending, this::lost, settings.shared(), settings.replicaWait());
            observer.replica(name, () -> replica.usable() ? 1 : 0);
            all.add(replica);
        }
        replicas = List.copyOf(all);
        look();
    }

    private Supplier<Pool> once(Server server) {
        return new Supplier<>() {
            private @Nullable Pool known;

            @Override
            public synchronized Pool get() {
                Pool now = known;
                if (now == null) {
                    // The primary's comes first: it tells how the others are made.
                    pool.get().size();
                    now = sessions.create(server);
                    known = now;
                    synchronized (made) {
                        made.add(now);
                    }
                }
                return now;
            }
        };
    }

    private void look() {
        if (closed) {
            return;
        }
        // Whatever becomes of this look, the next one comes.
        vertx.setTimer(PROBE, due -> look());
        long sent = System.nanoTime();
        positions
                .now()
                .onSuccess(place -> {
                    if (!marks.primary(place, sent)) {
                        LOG.warn(
                                "The primary's log is behind what it was: it is taken for another server, and no replica is read before it has passed that");
                        replicas.forEach(Replica::forget);
                    }
                })
                .transform(told -> {
                    List<Future<Void>> probes = new ArrayList<>();
                    long ofAll = marks.ofAll(System.nanoTime());
                    replicas.forEach(replica -> probes.add(replica.probe(ofAll)));
                    return Future.join(probes)
                            .compose(probed -> told.succeeded() ? sendOn(told.result()) : Future.succeededFuture());
                });
    }

    /**
     * What reads leave in the log (pages that they tidied up) is not sent to replicas before a commit has it flushed, and where nobody
     * writes no replica would ever come to what the primary says. A transaction that has a number and writes nothing is enough.
     */
    private Future<?> sendOn(long place) {
        return replicas.stream().noneMatch(replica -> replica.lacks(place))
                ? Future.succeededFuture()
                : primary.borrow()
                        .compose(connection -> connection
                                .query("SELECT pg_current_xact_id()")
                                .execute()
                                .timeout(Replica.ANSWER, TimeUnit.MILLISECONDS)
                                .onComplete(done -> {
                                    if (done.cause() instanceof TimeoutException) {
                                        lost(connection);
                                    } else {
                                        primary.giveBack(connection);
                                    }
                                }));
    }

    private void lost(SqlConnection connection) {
        Turn.giveUp(vertx, this, connection);
    }

    @Override
    public Future<SqlConnection> reading(Call call) {
        Replica replica = next();
        if (replica == null) {
            return reading(primary.borrow(), PRIMARY);
        }
        // What others wait for with it may end on any thread, and a connection belongs to its own.
        ContextInternal here = (ContextInternal) vertx.getOrCreateContext();
        Long told = Lsn.read(call.headers().get(WRITTEN_AT));
        long own = Math.max(told == null ? 0 : told, marks.of(call.caller(), System.nanoTime()));
        // A load was begun after the last of the commits that void what it may not be: it has to see them all.
        Future<Long> need = call.client() != null
                ? Future.succeededFuture(own)
                : on(here, positions.now().map(place -> marks.behind(place) ? Marks.UNKNOWN : Math.max(place, own)));
        return need.compose(place -> place == Marks.UNKNOWN ? Future.succeededFuture() : replica.reading(place))
                .transform(done -> {
                    if (done.succeeded() && done.result() != null) {
                        return reading(Future.succeededFuture(done.result()), replica.name);
                    }
                    // Whoever has waited long enough in one line is not sent to the end of the next.
                    return done.cause() instanceof Failures.Overloaded
                            ? Future.failedFuture(done.cause())
                            : reading(primary.borrow(), PRIMARY);
                });
    }

    /** A pooler's sessions are one's own for a transaction only, and a replica is asked before each statement. */
    @Override
    public @Nullable Lanes lanes(Call call) {
        return sessions.shared() || !replicas.isEmpty() ? null : lanes;
    }

    private Future<SqlConnection> reading(Future<SqlConnection> connection, String server) {
        return connection.onSuccess(got -> observer.read(server));
    }

    private static <T> Future<T> on(ContextInternal context, Future<T> future) {
        Promise<T> promise = context.promise();
        future.onComplete(promise);
        return promise.future();
    }

    /** Each in its turn; null: none can be read. */
    private @Nullable Replica next() {
        List<Replica> all = replicas;
        for (int i = 0; i < all.size(); i++) {
            Replica one = all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
            if (one.usable()) {
                return one;
            }
        }
        return null;
    }

    @Override
    public Future<SqlConnection> writing() {
        return primary.borrow();
    }

    @Override
    public void giveBack(SqlConnection connection) {
        if (!primary.giveBack(connection)) {
            for (Replica replica : replicas) {
                if (replica.giveBack(connection)) {
                    return;
                }
            }
        }
    }

    @Override
    public Future<Void> committed(Call call, SqlConnection connection, MultiMap headers) {
        if (replicas.isEmpty()) {
            return Future.succeededFuture();
        }
        long asked = System.nanoTime();
        return connection
                .query(Positions.SQL)
                .execute()
                .map(rows -> rows.iterator().next().getString(0))
                .transform(done -> {
                    Long place = done.succeeded() ? Lsn.read(done.result()) : null;
                    if (place != null) {
                        headers.set(WRITTEN_AT, done.result());
                    }
                    if (!call.caller().isEmpty()) {
                        marks.wrote(call.caller(), place == null ? Marks.UNKNOWN : place, asked);
                    }
                    return Future.succeededFuture();
                });
    }

    @Override
    public void mayHaveCommitted(Call call) {
        if (!replicas.isEmpty() && !call.caller().isEmpty()) {
            // It may come to be committed after this, as long as the server has not heard that nobody waits.
            marks.wrote(call.caller(), Marks.UNKNOWN, System.nanoTime() + SETTLED);
        }
    }

    /** How each replica is, by its address. */
    public Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>();
        replicas.forEach(replica -> shown.put(replica.name, replica.shown()));
        return shown;
    }

    @Override
    public String pins(Duration timeout) {
        return sessions.pins(timeout);
    }

    @Override
    public boolean shared() {
        return sessions.shared();
    }

    @Override
    public void close() {
        closed = true;
        synchronized (made) {
            made.forEach(Pool::close);
        }
    }
}
