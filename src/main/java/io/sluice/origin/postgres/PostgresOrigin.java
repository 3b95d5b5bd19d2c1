package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Breaker;
import io.sluice.origin.Call;
import io.sluice.origin.Origin;
import io.sluice.origin.OriginObserver;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A declared SQL read route as an origin. A row becomes {@link Answer.Whole} with status 200 and the JSON that Postgres
 * made; no row becomes status 404 with an empty body, whose problem document is the gateway's to write, but for lists. Of
 * several rows the first is taken where one is wanted.
 */
public final class PostgresOrigin implements Origin {
    /** The field, a structured Boolean, of a list that is not whole: there are more rows than it may have. */
    static final String TRUNCATED = "Sluice-Truncated";

    /** Calls of one route that may wait for a connection; a pool's own line may be shorter. */
    private static final int MAX_WAITING = 256;
    /** Nanoseconds after which a value that does not fit the learnt types makes them be learnt again: they may have changed. */
    private static final long RELEARN_AFTER = 10_000_000_000L;

    /** Milliseconds in which the pool hears that its other connections ended too, when the server closed them all. */
    private static final long NOTICED = 20;

    private final Vertx vertx;
    private final Supplier<Pool> pool;
    private final PostgresSpec spec;
    private final Breaker breaker;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Shape shape;
    private final SqlText.Parsed parsed;
    private final @Nullable SqlTemplate template;
    private volatile @Nullable Statement statement;
    private @Nullable Future<Prepared> learning;
    private int generation;

    /** As the other, with nobody listening. */
    public PostgresOrigin(Vertx vertx, Supplier<Pool> pool, PostgresSpec spec) {
        this(vertx, pool, spec, OriginObserver.NONE);
    }

    /** @param pool of connections that {@link PostgresSessions} pinned, with cached prepared statements */
    public PostgresOrigin(Vertx vertx, Supplier<Pool> pool, PostgresSpec spec, OriginObserver observer) {
        this.vertx = vertx;
        this.pool = pool;
        this.spec = spec;
        breaker = new Breaker(spec.route(), observer, System::nanoTime);
        shape = Shape.of(spec);
        parsed = SqlText.parse(spec.sql());
        SqlTemplate cut = null;
        try {
            cut = SqlText.template(spec.sql());
        } catch (SqlText.Refusal refused) {
            // Said by prepare().
        }
        template = cut;
    }

    /** Has Postgres check the statement and tell its parameters' types; at start and after a reload. */
    public Uni<Prepared> prepare() {
        return Uni.createFrom()
                .emitter(emitter -> learn().onComplete(done -> emitter.complete(
                        done.succeeded() ? done.result() : new Prepared.Unreachable(String.valueOf(done.cause())))));
    }

    @Override
    public Uni<Answer> ask(Call call) {
        return Uni.createFrom().emitter(emitter -> begin(call, emitter));
    }

    private void begin(Call call, UniEmitter<? super Answer> emitter) {
        Statement known = statement;
        if (known != null) {
            run(known, call, emitter, false);
            return;
        }
        if (!breaker.admits()) {
            emitter.complete(Failures.down("the database is down"));
            return;
        }
        Context context = vertx.getOrCreateContext();
        learn().onComplete(done -> context.runOnContext(here -> learnt(done.result(), call, emitter, false)));
    }

    private void learnt(Prepared prepared, Call call, UniEmitter<? super Answer> emitter, boolean again) {
        Statement known = statement;
        if (prepared instanceof Prepared.Ready && known != null) {
            run(known, call, emitter, again);
        } else if (prepared instanceof Prepared.Refused) {
            emitter.complete(Failures.down("the database refuses this route's statement"));
        } else {
            emitter.complete(Failures.down("the database cannot be reached"));
        }
    }

    private void run(Statement known, Call call, UniEmitter<? super Answer> emitter, boolean again) {
        Values values = Values.of(known, call);
        if (values instanceof Values.Unfit unfit) {
            if (unfit.ofType() && System.nanoTime() - known.learntNanos() > RELEARN_AFTER) {
                learn();
            }
            emitter.complete(unfit.why());
        } else if (values instanceof Values.Bound bound) {
            if (!breaker.admits()) {
                emitter.complete(Failures.down("the database is down"));
                return;
            }
            new Run(vertx, pool, breaker, waiting, MAX_WAITING, spec.timeout().toMillis(), known, bound.tuple())
                    .start()
                    .onComplete(done -> {
                        if (done.succeeded()) {
                            emitter.complete(done.result());
                        } else {
                            ranBadly(known, call, emitter, again, bound, done.cause());
                        }
                    });
        }
    }

    private void ranBadly(
            Statement known,
            Call call,
            UniEmitter<? super Answer> emitter,
            boolean again,
            Values.Bound values,
            Throwable problem) {
        if (again) {
            emitter.complete(Failures.answer(known, values.tuple(), problem));
        } else if (Failures.connectionLost(problem)) {
            // A route only reads, so that a statement whose connection went away may run once more.
            vertx.setTimer(NOTICED, later -> run(known, call, emitter, true));
        } else if (Failures.mayBeChangedSchema(problem)) {
            Context context = vertx.getOrCreateContext();
            learn().onComplete(done -> context.runOnContext(here -> learnt(done.result(), call, emitter, true)));
        } else {
            emitter.complete(Failures.answer(known, values.tuple(), problem));
        }
    }

    /** One at a time; whoever asks meanwhile gets the same. Never fails. */
    private synchronized Future<Prepared> learn() {
        Future<Prepared> current = learning;
        if (current != null) {
            return current;
        }
        SqlTemplate cut = template;
        if (cut == null) {
            return Future.succeededFuture(
                    parsed instanceof SqlText.Parsed.Bad bad
                            ? new Prepared.Refused(bad.message(), bad.offset())
                            : new Prepared.Refused("there is no statement", 0));
        }
        Promise<Prepared> promise = Promise.promise();
        learning = promise.future();
        long timer = vertx.setTimer(
                Math.max(1, spec.timeout().toMillis()),
                late -> settle(promise, new Prepared.Unreachable("no answer within the route's timeout")));
        connection()
                .compose(
                        connection -> Describer.describe(connection, shape, cut).eventually(() -> connection.close()))
                .onComplete(described -> {
                    vertx.cancelTimer(timer);
                    if (described.succeeded()) {
                        breaker.succeeded();
                        settle(promise, ready(cut, described.result()));
                    } else {
                        settle(promise, unprepared(described.cause()));
                    }
                });
        return promise.future();
    }

    private Future<SqlConnection> connection() {
        try {
            return pool.get().getConnection().onFailure(problem -> breaker.failed());
        } catch (RuntimeException noPool) {
            return Future.failedFuture(noPool);
        }
    }

    private synchronized void settle(Promise<Prepared> promise, Prepared prepared) {
        if (promise.future() == learning) {
            learning = null;
        }
        promise.tryComplete(prepared);
    }

    private synchronized Prepared ready(SqlTemplate cut, List<ParameterType> types) {
        statement = Statement.of(shape, cut, types, generation++, System.nanoTime());
        return new Prepared.Ready(
                cut.names(), types.stream().map(ParameterType::shown).toList());
    }

    private static Prepared unprepared(Throwable problem) {
        if (problem instanceof Describer.Refused refused && Failures.isStatementsFault(refused.code)) {
            return new Prepared.Refused(String.valueOf(refused.getMessage()), refused.position);
        }
        return new Prepared.Unreachable(String.valueOf(problem.getMessage()));
    }
}
