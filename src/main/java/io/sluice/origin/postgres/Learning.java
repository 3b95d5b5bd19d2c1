package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.sluice.origin.postgres.Learner.Learnt;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks Postgres for all that it knows of a route's statements, once. */
final class Learning {
    private final PostgresSpec spec;
    private final int generation;
    private final boolean judged;
    private final Transaction.Frame frame;
    private final List<Statement> statements = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private Learning(PostgresSpec spec, int generation, boolean judged, Transaction.Frame frame) {
        this.frame = frame;
        this.spec = spec;
        this.generation = generation;
        this.judged = judged;
    }

    /** @param judged whether the guards are asked too */
    static Learning of(PostgresSpec spec, int generation, boolean judged) {
        return new Learning(spec, generation, judged, Transaction.Frame.ALONE);
    }

    /** In a transaction that is under way, with all there is to be asked. */
    static Learning inside(PostgresSpec spec) {
        return new Learning(spec, 0, true, Transaction.Frame.INSIDE);
    }

    Future<Learnt> on(SqlConnection connection) {
        Future<?> so = Future.succeededFuture();
        for (int i = 0; i < spec.statements().size(); i++) {
            int index = i;
            so = so.compose(before -> one(connection, alone(index), index, "")).onSuccess(statements::add);
            if (judged) {
                so = so.compose(known ->
                                Judge.judge(frame, connection, statements.get(index), index, fixed(spec.access())))
                        .onSuccess(findings::addAll);
            }
        }
        Writing writing = spec.writing();
        if (writing == null) {
            return so.compose(done -> learnt(connection, null, Idempotency.Table.NONE));
        }
        PostgresSpec matches = writing.matches();
        Future<@Nullable Statement> read = so.compose(done -> matches == null
                ? Future.succeededFuture()
                : one(
                        connection,
                        matches,
                        spec.statements().size() - 1,
                        "route '" + matches.route() + "', which it matches: "));
        return read.compose(known -> (frame == Transaction.Frame.ALONE
                        ? Idempotency.made(connection)
                        : Idempotency.there(connection))
                .compose(keys -> learnt(connection, known, keys)));
    }

    private Future<Learnt> learnt(SqlConnection connection, @Nullable Statement matches, Idempotency.Table keys) {
        return types(connection)
                .map(types -> new Learnt(List.copyOf(statements), matches, keys, List.copyOf(findings), types));
    }

    /** None where nobody will be told of them. */
    private Future<Catalogue> types(SqlConnection connection) {
        if (frame == Transaction.Frame.INSIDE) {
            return Future.succeededFuture(Catalogue.EMPTY);
        }
        Set<String> names = new LinkedHashSet<>();
        for (Statement statement : statements) {
            statement.types.forEach(type -> names.add(type.cast()));
            statement.told().columns().forEach(column -> names.add(column.type()));
        }
        names.remove("");
        return Catalogue.read(connection, names);
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

    /** @param whose what Postgres' word on it begins with, where it is not the route's own */
    private Future<Statement> one(SqlConnection connection, PostgresSpec one, int index, String whose) {
        SqlTemplate template = SqlText.cut(one.sql());
        return describe(connection, one, template)
                // A catalogue entry that went while it was looked at.
                .recover(problem -> problem instanceof Describer.Refused refused && refused.code.equals("XX000")
                        ? describe(connection, one, template)
                        : Future.failedFuture(problem))
                .recover(problem -> Future.failedFuture(
                        problem instanceof Describer.Refused refused
                                ? new AtStatement(index, refused, whose)
                                : problem))
                .map(told -> new Statement(one, template, told, generation));
    }

    private Future<Describer.Described> describe(SqlConnection connection, PostgresSpec one, SqlTemplate template) {
        return Describer.describe(frame, connection, one, template, fixed(one.access()));
    }

    /** The role that those have who have no other, if there is one: what it may not see is told at the start. */
    private static Call.@Nullable Identity fixed(Access access) {
        List<String> roles = access.roles();
        String last = roles.isEmpty() ? null : roles.get(roles.size() - 1);
        return last == null || Access.claim(last) != null ? null : new Call.Identity(last, "{}");
    }

    /** Which of several statements it is about. */
    private static final class AtStatement extends RuntimeException {
        private static final long serialVersionUID = 1;
        final int index;
        final String code;
        final int position;

        AtStatement(int index, Describer.Refused refused, String whose) {
            super(whose + refused.getMessage(), refused, false, false);
            this.index = index;
            this.code = refused.code;
            this.position = whose.isEmpty() ? refused.position : -1;
        }
    }

    static Prepared unprepared(Throwable problem) {
        if (problem instanceof AtStatement at && Failures.isStatementsFault(at.code)) {
            return new Prepared.Refused(String.valueOf(at.getMessage()), at.index, at.position);
        }
        return new Prepared.Unreachable(
                problem instanceof Failures.TooSlow
                        ? "no answer within the route's timeout"
                        : String.valueOf(problem.getMessage()));
    }
}
