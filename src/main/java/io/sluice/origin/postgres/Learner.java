package io.sluice.origin.postgres;

import io.sluice.origin.Breaker;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Knows what Postgres told of a route's statements, and has it told anew when it may have changed. While the statements do not fit the
 * schema it asks again by itself, so that the route comes back without a request.
 */
final class Learner {
    private static final Logger LOG = Logger.getLogger(Learner.class);
    /** Milliseconds to the first look whether the statements fit again; each next one is twice as far, up to {@link #RARELY}. */
    private static final long SOON = 50;

    private static final long RARELY = 1_000;
    /** Nanoseconds in which what was learnt is not learnt anew only because a value does not fit its type. */
    private static final long YOUNG = 1_000_000_000L;

    private final Vertx vertx;
    private final Connections connections;
    private final PostgresSpec spec;
    private final OriginObserver observer;
    private final Turn.Line line;
    private volatile @Nullable Learnt learnt;
    private volatile long learntNanos;
    private volatile boolean misfit;
    private boolean closed;
    private @Nullable Future<Prepared> learning;
    private Ask asked = Ask.REFRESH;
    private int generation;
    private long pause = SOON;
    /** Of the next look while the statements do not fit; negative: none is due. */
    private long timer = -1;

    /**
     * What is known.
     *
     * @param statements in the order in which they run
     * @param matches the read that a condition is about; null: there is none
     * @param keys where {@code Idempotency-Key} is kept
     * @param findings of the guards, where they were asked
     * @param catalogue of the types that they take and return
     */
    record Learnt(
            List<Statement> statements,
            @Nullable Statement matches,
            Idempotency.Table keys,
            List<Finding> findings,
            Catalogue catalogue) {
        /** The one that answers. */
        Statement last() {
            return statements.get(statements.size() - 1);
        }

        /** Whether the same texts do for both. */
        boolean alike(Learnt other) {
            return keys == other.keys
                    && known().equals(other.known())
                    && (matches == null
                            ? other.matches == null
                            : other.matches != null && matches.told().equals(other.matches.told()));
        }

        private List<Describer.Described> known() {
            return statements.stream().map(Statement::told).toList();
        }

        /** With what is known newly, but the prepared statements of these. */
        Learnt with(Learnt now) {
            return new Learnt(statements, matches, keys, now.findings, now.catalogue);
        }

        private boolean hasStatementsOf(@Nullable Learnt other) {
            return other != null && statements.equals(other.statements);
        }
    }

    /** Why it is asked. */
    private enum Ask {
        /** What is known may be old; where it still holds, its prepared statements stay in use. */
        REFRESH,
        /** As at the start: also how the statements would run, which takes Postgres some planning. */
        START,
        /** What is known failed, and the prepared statements with it. */
        FAILED
    }

    Learner(Vertx vertx, Connections connections, PostgresSpec spec, Breaker breaker, OriginObserver observer) {
        this.vertx = vertx;
        this.connections = connections;
        this.spec = spec;
        this.observer = observer;
        this.line = new Turn.Line(
                vertx,
                connections,
                breaker,
                new AtomicInteger(),
                1,
                spec.timeout().toMillis());
    }

    @Nullable
    Learnt known() {
        return learnt;
    }

    /** Whether the statements are known not to fit the schema. */
    boolean isMisfit() {
        return misfit;
    }

    /** For a value that is not of its type, which may be another by now: null where it was learnt just now. Never fails. */
    @Nullable
    Future<Prepared> refreshed() {
        return refreshed(YOUNG);
    }

    /** @param young nanoseconds since it was learnt, within which it is taken as it is: then null */
    @Nullable
    Future<Prepared> refreshed(long young) {
        return System.nanoTime() - learntNanos < young ? null : learn(Ask.REFRESH);
    }

    Future<Prepared> judged() {
        return learn(Ask.START);
    }

    /** As it is now, or as it is known since {@code failed} was. Never fails. */
    Future<Prepared> after(@Nullable Learnt failed) {
        Learnt now = learnt;
        return now != null && !now.hasStatementsOf(failed) && !misfit
                ? Future.succeededFuture(prepared(now))
                : learn(Ask.FAILED);
    }

    /** One at a time; whoever asks meanwhile gets the same, where it is of use. */
    private synchronized Future<Prepared> learn(Ask why) {
        Future<Prepared> current = learning;
        if (current != null) {
            return why == asked || why == Ask.REFRESH ? current : current.compose(before -> learn(why));
        }
        for (int i = 0; i < spec.statements().size(); i++) {
            if (SqlText.parse(spec.statements().get(i)) instanceof SqlText.Parsed.Bad bad) {
                return Future.succeededFuture(new Prepared.Refused(bad.message(), i, bad.offset()));
            }
        }
        Promise<Prepared> promise = Promise.promise();
        learning = promise.future();
        asked = why;
        int mark = generation++;
        new Turn<>(line, connection -> Learning.of(spec, mark, why == Ask.START).on(connection))
                .start(connections::writing)
                .onComplete(done -> promise.complete(
                        done.succeeded()
                                ? ready(done.result(), why)
                                : unprepared(Learning.unprepared(done.cause()), why)));
        return promise.future();
    }

    private synchronized Prepared ready(Learnt now, Ask why) {
        learning = null;
        cancel();
        Learnt before = learnt;
        Learnt known = before != null && why != Ask.FAILED && before.alike(now) ? before.with(now) : now;
        learnt = known;
        learntNanos = System.nanoTime();
        if (misfit) {
            misfit = false;
            pause = SOON;
            tell(null);
        }
        LOG.debugf(
                "route %s: %s", spec.route(), known.last().text(Variation.PLAIN).sql());
        return prepared(known);
    }

    private synchronized Prepared unprepared(Prepared problem, Ask why) {
        learning = null;
        // What was never in use is for whoever starts it to judge.
        if (problem instanceof Prepared.Refused refused && !(why == Ask.START && learnt == null)) {
            misfit = true;
            tell(refused.message());
        }
        if (misfit && !closed && timer < 0) {
            timer = vertx.setTimer(pause, this::again);
            pause = Math.min(RARELY, 2 * pause);
        }
        return problem;
    }

    private void again(Long due) {
        synchronized (this) {
            if (timer != due) {
                return;
            }
            timer = -1;
        }
        learn(Ask.FAILED);
    }

    private void cancel() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    /** Another route may have the name by now. */
    private void tell(@Nullable String why) {
        if (!closed) {
            observer.misfit(spec.route(), why);
        }
    }

    static Prepared prepared(Learnt known) {
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (Statement statement : known.statements()) {
            for (int i = 0; i < statement.told().types().size(); i++) {
                if (!names.contains(statement.slots.name(i))) {
                    names.add(statement.slots.name(i));
                    types.add(statement.types.get(i).shown());
                }
            }
        }
        return new Prepared.Ready(names, types, known.last().told().columns(), known.findings());
    }

    /** It is out of use. */
    synchronized void close() {
        closed = true;
        cancel();
    }
}
