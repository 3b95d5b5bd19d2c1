package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.postgres.SqlWriter.Text;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowIterator;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What one request writes: its statements in one transaction, all or nothing. */
final class Writes {
    private static final Logger LOG = Logger.getLogger(Writes.class);
    private static final Buffer EMPTY = Buffer.buffer();

    private final Call call;
    private final List<Values.Bound> statements;
    private final Values.@Nullable Bound matches;
    private final @Nullable Idempotency key;
    private final Connections connections;
    private final Committing committing;
    private volatile Values.Bound running;

    private Writes(
            Call call,
            List<Values.Bound> statements,
            Values.@Nullable Bound matches,
            @Nullable Idempotency key,
            Connections connections) {
        this.call = call;
        this.statements = statements;
        this.matches = matches;
        this.key = key;
        this.connections = connections;
        committing = new Committing(connections, call);
        this.running = statements.get(0);
    }

    /** What becomes of a request before anything is asked. */
    sealed interface Planned {
        record Ready(Writes writes) implements Planned {}

        record Unfit(Answer why, boolean ofType) implements Planned {}
    }

    static Planned plan(Learner.Learnt known, Call call, Body body, Connections connections) {
        Writing writing = known.last().spec.writing();
        if (writing == null) {
            throw new IllegalStateException("a route that only reads");
        }
        try {
            Given given = new Given(call);
            List<Values.Bound> statements = new ArrayList<>();
            for (Statement statement : known.statements()) {
                statements.add(bind(statement, given, body));
            }
            Idempotency key = Idempotency.of(known.keys(), known.last().spec.route(), call, body);
            if (key == null && writing.idempotency()) {
                throw new Given.Wrong(Idempotency.FIELD, "is required: a text that only retries of this request have");
            }
            if (key != null && known.keys() == Idempotency.Table.NONE) {
                return new Planned.Unfit(
                        new Answer.Refused(501, "the database has no table for Idempotency-Key", Map.of()), false);
            }
            Statement read = known.matches();
            if (call.condition() != null && read == null) {
                return new Planned.Unfit(
                        new Answer.Refused(
                                412, "this route knows no representation that a condition could be about", Map.of()),
                        false);
            }
            Values.Bound matches = read == null || call.condition() == null ? null : bind(read, given, body);
            given.nothingElse(known.last().known);
            return new Planned.Ready(new Writes(call, statements, matches, key, connections));
        } catch (Given.Wrong wrong) {
            return new Planned.Unfit(wrong.why, wrong.ofType);
        }
    }

    private static Values.Bound bind(Statement statement, Given given, Body body) throws Given.Wrong {
        List<String> names = statement.slots.names();
        @Nullable String[] values = new String[statement.slots.size()];
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            values[i] = Body.isOf(name)
                    ? body.value(name, statement.types.get(i))
                    : Values.checked(statement, i, name, given.required(name));
        }
        return new Values.Bound(statement, values, Variation.PLAIN);
    }

    /** The statement that was sent last. */
    Values.Bound running() {
        return running;
    }

    /** See {@link Committing#outcome}. */
    Throwable outcome(Throwable problem) {
        return committing.outcome(problem);
    }

    Values.Bound last() {
        return statements.get(statements.size() - 1);
    }

    /** Ends a transaction early, with an answer. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        Stop(Answer answer) {
            super("stopped", null, false, false);
            this.answer = answer;
        }
    }

    Future<Answer> on(SqlConnection connection) {
        // A condition holds for what is changed: where another came between, Postgres refuses, and it is asked again.
        String begin = matches == null ? "BEGIN READ WRITE" : "BEGIN ISOLATION LEVEL SERIALIZABLE, READ WRITE";
        return connection
                .query(begin + connections.pins(last().statement().spec.timeout()))
                .execute()
                .compose(begun -> key == null ? Future.succeededFuture() : key.claim(connection))
                .compose(before -> before == null ? changed(connection) : Future.failedFuture(new Stop(again(before))))
                .compose(answer -> committed(connection, answer), problem -> undone(connection, problem));
    }

    private Future<Answer.Whole> changed(SqlConnection connection) {
        Call.Identity who = call.identity();
        Future<?> so = who == null ? Future.succeededFuture() : Transaction.as(connection, who);
        so = so.compose(known -> condition(connection));
        Future<RowSet<Row>> rows = so.mapEmpty();
        for (Values.Bound statement : statements) {
            rows = rows.compose(before -> run(connection, statement));
        }
        return rows.compose(last -> {
            Answer.Whole answer = answer(last);
            return answer == null
                    ? Future.failedFuture(new Stop(new Answer.Whole(404, HttpHeaders.headers(), EMPTY)))
                    : kept(connection, who, answer);
        });
    }

    /** Who was answered before it was void everywhere must not find the old now. */
    private Answer again(Answer before) {
        return before instanceof Answer.Whole whole
                ? new Answer.Wrote(whole, null, values(), columns(whole), true)
                : before;
    }

    private Future<RowSet<Row>> run(SqlConnection connection, Values.Bound statement) {
        if (committing.abandoned()) {
            return Future.failedFuture(new Failures.TooSlow());
        }
        running = statement;
        Text text = statement.statement().text(Variation.PLAIN);
        return connection.preparedQuery(text.sql()).execute(statement.tuple(text));
    }

    private Future<Answer.Whole> kept(SqlConnection connection, Call.@Nullable Identity who, Answer.Whole answer) {
        Idempotency claimed = key;
        if (claimed == null) {
            return Future.succeededFuture(answer);
        }
        Future<?> own = who == null
                ? Future.succeededFuture()
                : connection.query("SELECT set_config('role', 'none', true)").execute();
        // What is deferred to the end of the transaction runs as the caller, too.
        return own.compose(self -> claimed.keep(connection, answer))
                .compose(done -> who == null ? Future.succeededFuture() : Transaction.as(connection, who))
                .map(answer);
    }

    private Future<?> condition(SqlConnection connection) {
        Values.Bound read = matches;
        Call.Condition condition = call.condition();
        if (read == null || condition == null) {
            return Future.succeededFuture();
        }
        return run(connection, read).compose(rows -> {
            RowIterator<Row> iterator = rows.iterator();
            byte[] now = iterator.hasNext() ? iterator.next().getBuffer(0).getBytes() : null;
            return condition.holds(now)
                    ? Future.succeededFuture()
                    : Future.failedFuture(new Stop(new Answer.Refused(
                            412,
                            "it was changed meanwhile: read it again, and say what is to become of that",
                            Map.of())));
        });
    }

    /** Null where nothing was there to be changed. */
    private Answer.@Nullable Whole answer(RowSet<Row> rows) {
        PostgresSpec spec = last().statement().spec;
        int status = spec.writing() == null ? 0 : spec.writing().status();
        if (spec.returns() instanceof Returns.None) {
            return rows.rowCount() == 0
                    ? null
                    : new Answer.Whole(status == 0 ? 204 : status, HttpHeaders.headers(), EMPTY);
        }
        RowIterator<Row> iterator = rows.iterator();
        if (!iterator.hasNext()) {
            return null;
        }
        MultiMap headers = HttpHeaders.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        Row row = iterator.next();
        if (row.size() > 1 && row.getBoolean(1)) {
            headers.set(Reading.TRUNCATED, "?1");
        }
        return new Answer.Whole(status == 0 ? 200 : status, headers, row.getBuffer(0));
    }

    private Future<Answer> committed(SqlConnection connection, Answer.Whole answer) {
        if (!committing.begin()) {
            return undone(connection, new Failures.TooSlow());
        }
        Future<RowSet<Row>> named = connection.query(Notified.SQL).execute();
        return Transaction.commit(connection).compose(done -> {
            if (named.failed()) {
                // COMMIT of what has failed is a ROLLBACK, and says so to nobody.
                return Future.failedFuture(named.cause());
            }
            String transaction = named.result().iterator().next().getString(0);
            return connections
                    .committed(call, connection, answer.headers())
                    .map(known -> new Answer.Wrote(answer, transaction, values(), columns(answer), false));
        });
    }

    private Future<Answer> undone(SqlConnection connection, Throwable problem) {
        Future<Answer> worked =
                problem instanceof Stop stop ? Future.succeededFuture(stop.answer) : Future.failedFuture(problem);
        return Transaction.undone(connection, worked).compose(answer -> {
            // What was committed before is seen by now, and has to be by this caller's reads.
            Future<Void> known = answer instanceof Answer.Wrote wrote
                    ? connections.committed(call, connection, wrote.answer().headers())
                    : Future.succeededFuture();
            return known.map(told -> answer);
        });
    }

    /** What the request gave, by name. */
    private Map<String, String> values() {
        Map<String, String> values = new HashMap<>();
        for (Values.Bound statement : statements) {
            List<String> names = statement.statement().slots.names();
            for (int i = 0; i < names.size(); i++) {
                String value = statement.bySlot()[i];
                if (value != null) {
                    values.put(names.get(i), value);
                }
            }
        }
        values.putAll(call.pathParameters());
        return values;
    }

    /** What is committed is told as such, whatever it is: where its columns cannot be told, tags are void as wide as they are. */
    private Map<String, String> columns(Answer.Whole answer) {
        if (last().statement().spec.returns() instanceof Returns.Row) {
            try {
                return JsonText.columns(answer.body().toString());
            } catch (IOException noJson) {
                LOG.errorf(
                        noJson,
                        "route %s: a row that is no JSON",
                        last().statement().spec.route());
            }
        }
        return Map.of();
    }
}
