package io.sluice.origin.postgres;

import io.sluice.origin.Breaker;
import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Has Postgres tell of a route's statements what it knows of them: at the start, and again when they may have changed. */
final class Learner {
    private static final Logger LOG = Logger.getLogger(Learner.class);

    private final Vertx vertx;
    private final Connections connections;
    private final PostgresSpec spec;
    private final Breaker breaker;
    private volatile @Nullable Learnt learnt;
    private @Nullable Future<Prepared> learning;
    private boolean judging;
    private int generation;

    /**
     * What is known.
     *
     * @param statements in the order in which they run
     * @param matches the read that a condition is about; null: there is none
     * @param keepsKeys whether {@code Idempotency-Key} is kept
     * @param findings of the guards, where they were asked
     */
    record Learnt(
            List<Statement> statements,
            @Nullable Statement matches,
            boolean keepsKeys,
            List<Finding> findings) {
        /** The one that answers. */
        Statement last() {
            return statements.get(statements.size() - 1);
        }
    }

    Learner(Vertx vertx, Connections connections, PostgresSpec spec, Breaker breaker) {
        this.vertx = vertx;
        this.connections = connections;
        this.spec = spec;
        this.breaker = breaker;
    }

    @Nullable
    Learnt known() {
        return learnt;
    }

    /** One at a time; whoever asks meanwhile gets the same. Never fails. */
    Future<Prepared> learn() {
        return learn(false);
    }

    /** @param judged whether the guards are asked too, which takes Postgres some planning */
    synchronized Future<Prepared> learn(boolean judged) {
        Future<Prepared> current = learning;
        if (current != null) {
            return judged && !judging ? current.compose(before -> learn(true)) : current;
        }
        for (int i = 0; i < spec.statements().size(); i++) {
            if (SqlText.parse(spec.statements().get(i)) instanceof SqlText.Parsed.Bad bad) {
                return Future.succeededFuture(new Prepared.Refused(bad.message(), i, bad.offset()));
            }
        }
        Promise<Prepared> promise = Promise.promise();
        learning = promise.future();
        judging = judged;
        long timer = vertx.setTimer(
                Math.max(1, spec.timeout().toMillis()),
                late -> settle(promise, new Prepared.Unreachable("no answer within the route's timeout")));
        connections
                .writing()
                .onFailure(problem -> breaker.failed())
                .compose(connection -> all(connection, judged).onComplete(done -> connections.giveBack(connection)))
                .onComplete(described -> {
                    vertx.cancelTimer(timer);
                    if (described.succeeded()) {
                        breaker.succeeded();
                        settle(promise, ready(described.result()));
                    } else {
                        settle(promise, unprepared(described.cause()));
                    }
                });
        return promise.future();
    }

    private Future<Learnt> all(SqlConnection connection, boolean judged) {
        List<Finding> findings = new ArrayList<>();
        List<Statement> statements = new ArrayList<>();
        Future<?> so = Future.succeededFuture();
        int mark = generation;
        for (int i = 0; i < spec.statements().size(); i++) {
            int index = i;
            so = so.compose(before -> one(connection, alone(index), mark)
                    .recover(problem -> Future.failedFuture(
                            problem instanceof Describer.Refused refused ? new AtStatement(index, refused) : problem))
                    .onSuccess(statements::add));
            if (judged) {
                so = so.compose(known ->
                                Judge.judge(connection, statements.get(index), index, fixed(spec.access())))
                        .onSuccess(findings::addAll);
            }
        }
        Writing writing = spec.writing();
        if (writing == null) {
            return so.map(done -> new Learnt(List.copyOf(statements), null, false, List.copyOf(findings)));
        }
        PostgresSpec matches = writing.matches();
        Future<@Nullable Statement> read =
                so.compose(done -> matches == null ? Future.succeededFuture() : one(connection, matches, mark));
        return read.compose(known ->
                Idempotency.possible(connection)
                        .map(keeps -> new Learnt(List.copyOf(statements), known, keeps, List.copyOf(findings))));
    }

    /** Those before the last answer nothing. */
    private PostgresSpec alone(int index) {
        boolean last = index == spec.statements().size() - 1;
        return new PostgresSpec(
                spec.route(),
                List.of(spec.statements().get(index)),
                last ? spec.returns() : new Returns.None(),
                spec.filters(),
                spec.access(),
                spec.guards(),
                spec.writing(),
                spec.timeout());
    }

    private static Future<Statement> one(SqlConnection connection, PostgresSpec spec, int generation) {
        SqlTemplate template = SqlText.cut(spec.sql());
        return Describer.describe(connection, spec, template, fixed(spec.access()))
                .map(told -> new Statement(spec, template, told, generation, System.nanoTime()));
    }

    /** The role that those have who have no other, if there is one: what it may not see is told at the start. */
    private static Call.@Nullable Identity fixed(Access access) {
        List<String> roles = access.roles();
        String last = roles.isEmpty() ? null : roles.get(roles.size() - 1);
        return last == null || Access.claim(last) != null ? null : new Call.Identity(last, "{}");
    }

    private synchronized void settle(Promise<Prepared> promise, Prepared prepared) {
        if (promise.future() == learning) {
            learning = null;
        }
        promise.tryComplete(prepared);
    }

    private synchronized Prepared ready(Learnt now) {
        learnt = now;
        generation++;
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (Statement statement : now.statements()) {
            for (int i = 0; i < statement.types.size(); i++) {
                if (!names.contains(statement.slots.name(i))) {
                    names.add(statement.slots.name(i));
                    types.add(statement.types.get(i).shown());
                }
            }
        }
        LOG.debugf(
                "route %s: %s", spec.route(), now.last().text(Variation.PLAIN).sql());
        return new Prepared.Ready(names, types, now.last().columns, now.findings());
    }

    /** Which of several statements it is about. */
    private static final class AtStatement extends RuntimeException {
        private static final long serialVersionUID = 1;
        final int index;
        final Describer.Refused refused;

        AtStatement(int index, Describer.Refused refused) {
            super(refused.getMessage(), refused, false, false);
            this.index = index;
            this.refused = refused;
        }
    }

    private static Prepared unprepared(Throwable problem) {
        if (problem instanceof AtStatement at && Failures.isStatementsFault(at.refused.code)) {
            return new Prepared.Refused(String.valueOf(at.refused.getMessage()), at.index, at.refused.position);
        }
        return new Prepared.Unreachable(String.valueOf(problem.getMessage()));
    }
}
