package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A transaction as somebody: with the role and the claims of who calls, for as long as it lasts. */
final class Transaction {
    private static final String WHO = "SELECT set_config('request.jwt.claims', $1, true), set_config('role', $2, true)";

    private Transaction() {}

    /**
     * Where the caller is somebody, the session is anybody's, or more is done than reading: all in one transaction, sent at once. Else
     * nothing but the work.
     *
     * @param guards of the route
     * @param pins see {@link Connections#pins}
     * @param committing is asked where more is done than reading
     */
    static <T> Future<T> reading(
            Guards guards,
            String pins,
            Committing committing,
            SqlConnection connection,
            Call.@Nullable Identity who,
            Function<SqlConnection, Future<T>> work) {
        if (who == null && pins.isEmpty() && guards.readOnly()) {
            return work.apply(connection);
        }
        if (isNobody(who)) {
            return nobody();
        }
        if (!guards.readOnly()) {
            return writing(guards.begin() + pins, committing, connection, who, work);
        }
        Future<?> begun = connection.query(guards.begin() + pins).execute();
        Future<?> known = who == null ? Future.succeededFuture() : as(connection, who);
        Future<T> worked = work.apply(connection);
        Future<?> ended = connection.query("COMMIT").execute();
        return Future.join(begun, known, worked, ended).transform(all -> first(begun, known, worked, ended));
    }

    /** What it wrote stays only where the work succeeds: else it may be done once more. */
    private static <T> Future<T> writing(
            String begin,
            Committing committing,
            SqlConnection connection,
            Call.@Nullable Identity who,
            Function<SqlConnection, Future<T>> work) {
        return connection
                .query(begin)
                .execute()
                .compose(begun -> who == null ? Future.succeededFuture() : as(connection, who))
                .compose(known -> work.apply(connection))
                .transform(worked -> {
                    if (worked.failed()) {
                        return undone(connection, worked);
                    }
                    return committing.begin()
                            ? commit(connection).map(worked.result())
                            : undone(connection, Future.failedFuture(new Failures.TooSlow()));
                });
    }

    /** Whether it was done is not known where its answer did not come, or was not understood: then nothing of it is done once more. */
    static Future<?> commit(SqlConnection connection) {
        return connection
                .query("COMMIT")
                .execute()
                .recover(problem -> Future.failedFuture(
                        problem instanceof PgException && !Failures.connectionLost(problem)
                                ? problem
                                : new Turn.Poisoned(new Failures.Unknown(problem))));
    }

    /** How something is begun that is to leave no trace, and how it is ended. */
    enum Frame {
        ALONE("BEGIN READ ONLY", "ROLLBACK"),
        /** In a transaction that is under way, whose changes it sees. */
        INSIDE("SAVEPOINT sluice_looking", "ROLLBACK TO SAVEPOINT sluice_looking; RELEASE SAVEPOINT sluice_looking");

        private final String begin;
        private final String end;

        Frame(String begin, String end) {
            this.begin = begin;
            this.end = end;
        }
    }

    /** One that reads the catalogue, step by step, and is always undone. */
    static <T> Future<T> looking(
            Frame frame,
            SqlConnection connection,
            Call.@Nullable Identity who,
            Function<SqlConnection, Future<T>> work) {
        return connection
                .query(frame.begin)
                .execute()
                .compose(begun -> who == null ? Future.succeededFuture() : as(connection, who))
                .compose(known -> work.apply(connection))
                .transform(worked -> undone(frame, connection, worked));
    }

    /** Ends what is under way without a trace; what became of the work is told. */
    static <T> Future<T> undone(SqlConnection connection, io.vertx.core.AsyncResult<T> worked) {
        return undone(Frame.ALONE, connection, worked);
    }

    static <T> Future<T> undone(Frame frame, SqlConnection connection, io.vertx.core.AsyncResult<T> worked) {
        return connection
                .query(frame.end)
                .execute()
                .transform(over -> over.failed()
                        ? Future.failedFuture(new Turn.Poisoned(worked.failed() ? worked.cause() : over.cause()))
                        : worked.failed()
                                ? Future.failedFuture(worked.cause())
                                : Future.succeededFuture(worked.result()));
    }

    /** What failed first is why the rest did. */
    private static <T> Future<T> first(Future<?> begun, Future<?> known, Future<T> worked, Future<?> ended) {
        if (ended.failed()) {
            Future<?> broke = begun.failed() ? begun : known.failed() ? known : worked.failed() ? worked : ended;
            return Future.failedFuture(new Turn.Poisoned(broke.cause()));
        }
        return begun.failed()
                ? Future.failedFuture(begun.cause())
                : known.failed() ? Future.failedFuture(known.cause()) : worked;
    }

    /** Whose role is the word that ends one: it would be the gateway itself. */
    private static boolean isNobody(Call.@Nullable Identity who) {
        return who != null && "none".equals(who.role());
    }

    private static <T> Future<T> nobody() {
        return Future.failedFuture(new Failures.NoSuchRole("the role 'none' is nobody's"));
    }

    static Future<?> as(SqlConnection connection, Call.Identity who) {
        String role = who.role();
        if (isNobody(who)) {
            return nobody();
        }
        return connection
                .preparedQuery(WHO)
                .execute(Tuple.of(who.claims(), role == null ? "none" : role))
                .recover(problem -> Future.failedFuture(
                        problem instanceof PgException refused && Failures.isRolesFault(refused)
                                ? new Failures.NoSuchRole(String.valueOf(refused.getMessage()))
                                : problem));
    }
}
