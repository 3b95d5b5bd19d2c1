package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Breaker;
import io.sluice.origin.Call;
import io.sluice.origin.Description;
import io.sluice.origin.Origin;
import io.sluice.origin.OriginObserver;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A declared SQL route as an origin. What is found becomes {@link Answer.Whole} with status 200 and the JSON that Postgres
 * made; no row becomes status 404 with an empty body, whose problem document is the gateway's to write, but for lists. Of
 * several rows the first is taken where one is wanted. What was written becomes {@link Answer.Wrote}.
 */
public final class PostgresOrigin implements Origin {
    /** Calls of one route that may wait for a connection; a pool's own line may be shorter. */
    private static final int MAX_WAITING = 256;
    /** Nanoseconds between two looks at a database that is down: each route is right again well within a second of its return. */
    private static final long PROBE = 300_000_000L;

    /** How often a transaction is begun again that others came into. */
    private static final int MOST_ATTEMPTS = 5;

    /** How often the statements are learnt anew for one request: a migration has several steps, which may come one after the other. */
    private static final int MOST_SCHEMAS = 3;

    /** How often something is begun again whose connection was lost: a server that ends all of them does so one after the other. */
    private static final int MOST_LOST = 3;

    /** Milliseconds in which the pool hears that its other connections ended too, when the server closed them all. */
    private static final long NOTICED = 20;

    /** Nanoseconds for which what is known is told of types as it is. */
    private static final long DESCRIBED = 10_000_000_000L;

    private static final Logger LOG = Logger.getLogger(PostgresOrigin.class);

    private final Vertx vertx;
    private final Connections connections;
    private final PostgresSpec spec;
    private final @Nullable Cursors cursors;
    private final Breaker breaker;
    private final Turn.Line line;
    private final Learner learner;
    private final Set<String> ofBody;
    private final BodyRoom room;
    private volatile @Nullable Described described;

    /** What was made of what is known. */
    private record Described(Learner.@Nullable Learnt learnt, Description description) {}

    private final Pace pace = new Pace();

    /** As the other, with nobody listening. */
    public PostgresOrigin(Vertx vertx, Supplier<Pool> pool, PostgresSpec spec) {
        this(vertx, Connections.of(pool), spec, Cursors.ofThisProcess(), OriginObserver.NONE);
    }

    /**
     * @param connections that {@link PostgresSessions} pinned, with cached prepared statements
     * @param cursors that pages are told by
     */
    public PostgresOrigin(
            Vertx vertx,
            Connections connections,
            PostgresSpec spec,
            @Nullable Cursors cursors,
            OriginObserver observer) {
        this(vertx, connections, spec, cursors, observer, BodyRoom.OF_THIS_PROCESS);
    }

    PostgresOrigin(
            Vertx vertx,
            Connections connections,
            PostgresSpec spec,
            @Nullable Cursors cursors,
            OriginObserver observer,
            BodyRoom room) {
        this.room = room;
        this.vertx = vertx;
        this.connections = connections;
        this.spec = spec;
        this.cursors = cursors;
        breaker = new Breaker(spec.route(), observer, System::nanoTime, PROBE);
        line = new Turn.Line(
                vertx,
                connections,
                breaker,
                new AtomicInteger(),
                MAX_WAITING,
                spec.timeout().toMillis());
        ofBody = Body.names(spec);
        learner = new Learner(vertx, connections, spec, breaker, observer);
    }

    /** Has Postgres check the statements and tell their parameters' types and how it would run them; at start and after a reload. */
    public Uni<Prepared> prepare() {
        return Uni.createFrom()
                .emitter(emitter -> learner.judged()
                        .onComplete(done -> emitter.complete(
                                done.succeeded()
                                        ? done.result()
                                        : new Prepared.Unreachable(String.valueOf(done.cause())))));
    }

    /** It is out of use, though calls may be under way: what it finds of the schema is told no more. */
    @Override
    public void close() {
        learner.close();
    }

    @Override
    public Description describe() {
        Learner.Learnt known = learner.known();
        Described now = described;
        if (now == null || !Objects.equals(now.learnt(), known)) {
            now = new Described(known, Descriptions.of(spec, known));
            described = now;
        }
        if (breaker.admits()) {
            // What comes to be known is for who asks next. A new label of an enum makes no statement fail.
            Future<Prepared> asked = known == null ? learner.after(null) : learner.refreshed(DESCRIBED);
            if (asked != null) {
                asked.onFailure(never -> LOG.debug(spec.route(), never));
            }
        }
        return now.description();
    }

    @Override
    public Uni<Answer> ask(Call call) {
        if (spec.writing() == null) {
            return Uni.createFrom()
                    .emitter(emitter ->
                            known(emitter, learnt -> read(learnt, call, emitter, Attempt.first(line.timeoutMillis()))));
        }
        BodyRoom.Part part = room.part();
        return Uni.createFrom()
                .<Answer>emitter(emitter -> Body.read(vertx, call, spec, ofBody, part)
                        .onComplete(body -> {
                            if (body.failed()) {
                                emitter.complete(Body.refusal(body.cause()));
                            } else {
                                Attempt attempt = Attempt.first(line.timeoutMillis());
                                known(emitter, learnt -> write(learnt, call, body.result(), emitter, attempt));
                            }
                        }))
                .onTermination()
                .invoke(part::giveBack);
    }

    /** Goes on when the statements are known, on the caller's own context. */
    private void known(UniEmitter<? super Answer> emitter, Consumer<Learner.Learnt> then) {
        Learner.Learnt known = learner.known();
        if (learner.isMisfit()) {
            emitter.complete(Failures.down("the database refuses this route's statement"));
        } else if (known != null) {
            then.accept(known);
        } else if (breaker.admits()) {
            relearnt(null, emitter, then);
        } else {
            emitter.complete(Failures.down("the database is down"));
        }
    }

    private void relearnt(
            Learner.@Nullable Learnt failed, UniEmitter<? super Answer> emitter, Consumer<Learner.Learnt> then) {
        Context context = vertx.getOrCreateContext();
        learner.after(failed)
                .onComplete(done -> context.runOnContext(here -> {
                    Learner.Learnt known = learner.known();
                    if (done.result() instanceof Prepared.Ready && known != null) {
                        then.accept(known);
                    } else if (done.result() instanceof Prepared.Refused) {
                        emitter.complete(Failures.down("the database refuses this route's statement"));
                    } else {
                        emitter.complete(Failures.down("the database cannot be reached"));
                    }
                }));
    }

    private void read(Learner.Learnt known, Call call, UniEmitter<? super Answer> emitter, Attempt attempt) {
        Values values = Values.of(known.last(), call, cursors);
        if (values instanceof Values.Bound bound) {
            Reading reading = new Reading(bound, call, cursors);
            Committing committing = new Committing(connections, call);
            Function<SqlConnection, Future<Answer>> work = connection -> Transaction.reading(
                    spec.guards(),
                    connections.pins(spec.timeout()),
                    committing,
                    connection,
                    call.identity(),
                    reading::on);
            LongFunction<Future<Answer>> borrowed =
                    millis -> new Turn<>(line, pace.timed(work)).start(() -> reading(call, attempt), millis);
            // What is to run once more is not to meet the same again.
            Lanes lanes = attempt.isFirst()
                            && call.identity() == null
                            && spec.guards().readOnly()
                    ? connections.lanes(call)
                    : null;
            run(
                    known,
                    emitter,
                    attempt,
                    () -> bound,
                    () -> whole(
                            lanes == null
                                    ? borrowed.apply(attempt.millisLeft())
                                    : lanes.run(work, pace, attempt.millisLeft(), borrowed),
                            bound,
                            call,
                            attempt,
                            committing),
                    learnt -> read(learnt, call, emitter, attempt.next()));
        } else {
            Values.Unfit unfit = (Values.Unfit) values;
            unfit(unfit.why(), unfit.ofType(), attempt, emitter, learnt -> read(learnt, call, emitter, attempt.next()));
        }
    }

    private void write(
            Learner.Learnt known, Call call, Body body, UniEmitter<? super Answer> emitter, Attempt attempt) {
        Writes.Planned planned = Writes.plan(known, call, body, connections);
        if (planned instanceof Writes.Planned.Ready ready) {
            Writes writes = ready.writes();
            run(
                    known,
                    emitter,
                    attempt,
                    writes::running,
                    () -> new Turn<>(line, writes::on)
                            .start(connections::writing, attempt.millisLeft())
                            .recover(problem -> Future.failedFuture(writes.outcome(problem))),
                    learnt -> write(learnt, call, body, emitter, attempt.next()));
        } else if (planned instanceof Writes.Planned.Unfit unfit) {
            unfit(
                    unfit.why(),
                    unfit.ofType(),
                    attempt,
                    emitter,
                    learnt -> write(learnt, call, body, emitter, attempt.next()));
        }
    }

    /** A value may be one of a type that the schema has by now: then it is tried with that. */
    private void unfit(
            Answer why,
            boolean ofType,
            Attempt attempt,
            UniEmitter<? super Answer> emitter,
            Consumer<Learner.Learnt> anew) {
        Learner.Learnt before = learner.known();
        Future<Prepared> refreshed = ofType && attempt.isFirst() ? learner.refreshed() : null;
        if (refreshed == null) {
            emitter.complete(why);
            return;
        }
        Context context = vertx.getOrCreateContext();
        refreshed.onComplete(done -> context.runOnContext(here -> {
            Learner.Learnt now = learner.known();
            if (now != null && (before == null || !now.alike(before))) {
                anew.accept(now);
            } else {
                emitter.complete(why);
            }
        }));
    }

    /** What does more than read is for the primary, and what is to run once more: a replica may have yet to hear of another schema. */
    private Future<SqlConnection> reading(Call call, Attempt attempt) {
        return spec.guards().readOnly() && attempt.isFirst() ? connections.reading(call) : connections.writing();
    }

    /** What is too long to be held is read once more, from a cursor on a connection of its own. */
    private Future<Answer> whole(
            Future<Answer> held, Values.Bound values, Call call, Attempt attempt, Committing committing) {
        return held.recover(problem -> problem instanceof Reading.TooLong
                ? new Turn<>(line, connection -> StreamedRows.open(vertx, connections, connection, values, call))
                        .start(() -> reading(call, attempt))
                : Future.failedFuture(committing.outcome(problem)));
    }

    /** @param anew begins once more, with what was learnt anew */
    private void run(
            Learner.Learnt known,
            UniEmitter<? super Answer> emitter,
            Attempt attempt,
            Supplier<Values.Bound> values,
            Supplier<Future<Answer>> work,
            Consumer<Learner.Learnt> anew) {
        if (!breaker.admits()) {
            emitter.complete(Failures.down("the database is down"));
            return;
        }
        work.get().onComplete(done -> {
            if (done.succeeded()) {
                breaker.succeeded();
                emitter.complete(done.result());
            } else if (Failures.isConflict(done.cause()) && attempt.isBefore(MOST_ATTEMPTS)) {
                known(emitter, anew);
            } else if (Failures.mayBeChangedSchema(done.cause()) && attempt.isBefore(MOST_SCHEMAS)) {
                relearnt(known, emitter, anew);
            } else if (Failures.connectionLost(done.cause()) && attempt.isBefore(MOST_LOST)) {
                // What reads, and what was not committed, may run once more.
                vertx.setTimer(NOTICED * (attempt.nth() + 1), later -> known(emitter, anew));
            } else {
                emitter.complete(Failures.answer(values.get(), done.cause()));
            }
        });
    }
}
