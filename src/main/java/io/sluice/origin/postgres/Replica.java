package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One server that replays what the primary writes. */
final class Replica {
    private static final Logger LOG = Logger.getLogger(Replica.class);

    /** Null where it is no replica, or not any more. */
    private static final String SQL = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text END";

    private static final String BEHIND = "it is too far behind";

    /** Milliseconds in which a server says where it is. */
    static final long ANSWER = 1_000;

    final String name;
    private final Lending lending;
    private final Consumer<SqlConnection> lost;
    private final AtomicBoolean probing = new AtomicBoolean();
    private final boolean shared;
    private final Duration patience;
    private final CatchingUp catchingUp;
    /** A connection's server never goes back. By the connection itself, not by what it was lent as. */
    private final Map<Object, Long> known = Collections.synchronizedMap(new WeakHashMap<>());

    private volatile State state = new State(0, "not asked yet");

    /**
     * @param replayed 0: not known
     * @param out null: it may be read
     */
    private record State(long replayed, @Nullable String out) {}

    /**
     * @param lost where a connection goes from which nothing comes
     * @param shared whether connections lead to one session at a time only
     * @param patience how long a read waits for something to be replayed
     */
    Replica(
            String name,
            Vertx vertx,
            Lending lending,
            Consumer<SqlConnection> lost,
            boolean shared,
            Duration patience) {
        this.name = name;
        this.lending = lending;
        this.lost = lost;
        this.shared = shared;
        this.patience = patience;
        catchingUp = new CatchingUp(vertx, this::now);
    }

    boolean usable() {
        return state.out == null;
    }

    /** Whether it was last seen behind that, and may come to it. */
    boolean lacks(long place) {
        return state.replayed != 0 && state.replayed < place;
    }

    /** For people. */
    String shown() {
        String out = state.out;
        return out == null ? "in use" : "left out: " + out;
    }

    /** What its connections have seen was of another server's log. */
    void forget() {
        known.clear();
    }

    /** Asks it anew, unless that is under way; never fails. */
    Future<Void> probe(long ofAll) {
        if (!probing.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return now().transform(done -> {
            probing.set(false);
            if (done.cause() instanceof TimeoutException) {
                return Future.succeededFuture();
            }
            if (done.failed()) {
                out("it is not reached");
            } else if (done.result() == null) {
                out("it is no replica");
            } else {
                replayed(done.result(), ofAll);
            }
            return Future.succeededFuture();
        });
    }

    private void replayed(long place, long ofAll) {
        become(new State(place, place < ofAll ? BEHIND : null));
    }

    private void out(String why) {
        become(new State(0, why));
    }

    private synchronized void become(State now) {
        String before = state.out;
        state = now;
        if (now.out == null && before != null) {
            LOG.infof("The replica %s is in use", name);
        } else if (now.out != null && !now.out.equals(before) && (before == null || !now.out.equals(BEHIND))) {
            // One that has just begun is behind for a moment, and that is nothing to tell.
            LOG.warnf("The replica %s is left out: %s", name, now.out);
        }
    }

    /**
     * One on which everything up to that place can be seen: it was replayed before any statement that comes.
     *
     * @return null where it does not come to that in time
     */
    Future<@Nullable SqlConnection> reading(long need) {
        return seeing(need)
                .compose(connection -> connection != null
                        ? Future.succeededFuture(connection)
                        : catchingUp
                                .to(need, patience)
                                .compose(reached -> reached ? seeing(need) : Future.succeededFuture()));
    }

    /** Null where it has not come to that. */
    private Future<@Nullable SqlConnection> seeing(long need) {
        return lending.borrow()
                .onFailure(problem -> {
                    if (!(problem instanceof Failures.Overloaded)) {
                        out("it is not reached");
                    }
                })
                .compose(connection -> {
                    Long seen = shared ? null : known.get(physical(connection));
                    return seen != null && seen >= need
                            ? Future.succeededFuture(connection)
                            : replayed(connection).transform(done -> {
                                Long place = done.result();
                                if (place != null && place >= need) {
                                    return Future.succeededFuture(connection);
                                }
                                if (done.succeeded() && place == null) {
                                    out("it is no replica");
                                }
                                done(connection, done.cause());
                                return done.succeeded() ? Future.succeededFuture() : Future.failedFuture(done.cause());
                            });
                });
    }

    private Future<@Nullable Long> now() {
        return lending.borrow()
                .compose(connection -> replayed(connection).onComplete(done -> done(connection, done.cause())));
    }

    private void done(SqlConnection connection, @Nullable Throwable problem) {
        if (problem instanceof TimeoutException) {
            out("it does not answer");
            lost.accept(connection);
        } else {
            lending.giveBack(connection);
        }
    }

    private Future<@Nullable Long> replayed(SqlConnection connection) {
        return connection
                .query(SQL)
                .execute()
                .timeout(ANSWER, TimeUnit.MILLISECONDS)
                .map(rows -> {
                    Long place = Lsn.read(rows.iterator().next().getString(0));
                    if (place != null) {
                        known.put(physical(connection), place);
                    }
                    return place;
                });
    }

    private static Object physical(SqlConnection connection) {
        return ((SqlConnectionInternal) connection).unwrap().unwrap();
    }

    boolean giveBack(SqlConnection connection) {
        return lending.giveBack(connection);
    }
}
