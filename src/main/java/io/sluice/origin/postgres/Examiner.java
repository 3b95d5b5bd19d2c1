package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a database about routes outside of any gateway: whether it takes their statements, and what a migration would make of them. All is
 * done on one connection, in one transaction that is undone.
 */
public final class Examiner {
    /** Milliseconds that a step of a migration waits for a lock. */
    public static final int LOCK_MILLIS = 2_000;
    /** Milliseconds that a step of a migration may take. */
    public static final int STATEMENT_MILLIS = 60_000;

    private static final Duration MOST = Duration.ofMinutes(10);
    private static final int CONNECT_MILLIS = 5_000;
    private static final String FRAME = "sluice_migration";
    private static final String UNDO = "ROLLBACK TO SAVEPOINT " + FRAME + "; RELEASE SAVEPOINT " + FRAME;

    /** What Quarkus takes before a URL. */
    private static final String REACTIVE = "vertx-reactive:";

    private static final Pattern FROM_CLIENT =
            Pattern.compile("COPY\\b.*\\bFROM\\s+STDIN\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final SqlConnection connection;
    private final List<PostgresSpec> specs;
    private final List<SqlScript.Step> steps;
    private final List<Examination.Skipped> skipped = new ArrayList<>();
    /** Whether a transaction of the migration is under way: a savepoint in the one that is undone. */
    private boolean framed;

    private Examiner(SqlConnection connection, List<PostgresSpec> specs, List<SqlScript.Step> steps) {
        this.connection = connection;
        this.specs = specs;
        this.steps = steps;
    }

    /**
     * Blocks.
     *
     * @param url such as {@code postgresql://user@host:5432/shop}
     * @param user null: the URL names it
     * @param password null: none
     * @param migration in order; none: the database is taken as it is
     */
    public static Examination examine(
            String url,
            @Nullable String user,
            @Nullable String password,
            List<PostgresSpec> specs,
            List<SqlScript.Step> migration) {
        PgConnectOptions options;
        try {
            options = PgConnectOptions.fromUri(url.startsWith(REACTIVE) ? url.substring(REACTIVE.length()) : url);
        } catch (RuntimeException bad) {
            return new Examination.Unreachable("not a URL of a database: accepted is postgresql://user@host:port/name");
        }
        PostgresSessions.pin(options, MOST).setCachePreparedStatements(false);
        options.setConnectTimeout(CONNECT_MILLIS);
        Greeting.bound(options);
        if (user != null) {
            options.setUser(user);
        }
        if (password != null) {
            options.setPassword(password);
        }
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        Pool pool = PgBuilder.pool()
                .using(vertx)
                .connectingTo(options)
                .with(new PoolOptions().setMaxSize(1))
                .withConnectHandler(opened -> {
                    Greeting.over(opened);
                    opened.close();
                })
                .build();
        try {
            return pool.getConnection()
                    .compose(connection ->
                            new Examiner(connection, specs, migration).all().eventually(() -> connection.close()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(MOST.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return new Examination.Unreachable(
                    failed.getCause() instanceof PgException refused
                            ? String.valueOf(refused.getErrorMessage())
                            : String.valueOf(failed.getCause()));
        } catch (TimeoutException late) {
            return new Examination.Unreachable("no answer within " + MOST.toMinutes() + " minutes");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Examination.Unreachable("interrupted");
        } finally {
            pool.close().eventually(() -> vertx.close());
        }
    }

    private Future<Examination> all() {
        return connection
                .query("BEGIN READ WRITE")
                .execute()
                .compose(begun -> prepare())
                .compose(before -> steps.isEmpty()
                        ? Future.succeededFuture((Examination) new Examination.Done(before, null, List.of()))
                        : migrate(before))
                .transform(done -> Transaction.undone(connection, done));
    }

    private Future<Map<String, Prepared>> prepare() {
        Map<String, Prepared> prepared = new LinkedHashMap<>();
        Future<?> so = Future.succeededFuture();
        for (PostgresSpec spec : specs) {
            so = so.compose(before -> Learning.inside(spec)
                            .on(connection)
                            .map(Learner::prepared)
                            .otherwise(Learning::unprepared))
                    .onSuccess(one -> prepared.put(spec.route(), one));
        }
        return so.map(all -> prepared);
    }

    private Future<Examination> migrate(Map<String, Prepared> before) {
        Future<?> so = connection
                .query("SET LOCAL lock_timeout = " + LOCK_MILLIS + "; SET LOCAL statement_timeout = "
                        + STATEMENT_MILLIS)
                .execute();
        for (SqlScript.Step step : steps) {
            so = so.compose(done -> run(step));
        }
        return so.compose(done -> prepare())
                .map(after -> (Examination) new Examination.Done(before, after, List.copyOf(skipped)))
                .recover(problem -> problem instanceof Stopped stopped
                        ? Future.succeededFuture(
                                new Examination.Failed(stopped.step, String.valueOf(problem.getMessage())))
                        : Future.failedFuture(problem));
    }

    private Future<?> run(SqlScript.Step step) {
        Framing framing = Framing.of(step);
        if (framing != Framing.NONE) {
            return frame(step, framing);
        }
        if (step.sql().startsWith("\\") || FROM_CLIENT.matcher(step.sql()).matches()) {
            return skip(step, "it needs psql");
        }
        return connection
                .query("SAVEPOINT sluice_step")
                .execute()
                // Prepared, Postgres takes one statement only: none can end the transaction from inside another.
                .compose(saved -> connection.preparedQuery(step.sql()).execute())
                .transform(done -> done.succeeded()
                        ? connection.query("RELEASE SAVEPOINT sluice_step").execute()
                        : connection
                                .query("ROLLBACK TO SAVEPOINT sluice_step")
                                .execute()
                                .compose(back -> refused(step, done.cause()).mapEmpty()));
    }

    private Future<?> frame(SqlScript.Step step, Framing framing) {
        return switch (framing) {
            case BEGIN -> framed ? Future.succeededFuture() : framed(true, "SAVEPOINT " + FRAME);
            // Without a transaction it is a warning.
            case COMMIT -> framed ? framed(false, "RELEASE SAVEPOINT " + FRAME) : Future.succeededFuture();
            case ROLLBACK -> framed ? framed(false, UNDO) : Future.succeededFuture();
            case COMMIT_AND_CHAIN ->
                framed(true, framed ? "RELEASE SAVEPOINT " + FRAME + "; SAVEPOINT " + FRAME : "SAVEPOINT " + FRAME);
            case ROLLBACK_AND_CHAIN -> framed(true, framed ? UNDO + "; SAVEPOINT " + FRAME : "SAVEPOINT " + FRAME);
            // Not inside of one of its own, with which it would go.
            case SAVEPOINT ->
                connection
                        .preparedQuery(step.sql())
                        .execute()
                        .<Object>mapEmpty()
                        .recover(problem -> refused(step, problem).mapEmpty());
            // What they end outlives the connection, with all of its locks.
            case PREPARED -> skip(step, "it would end the transaction that is rolled back");
            case NONE -> throw new IllegalStateException("no frame: " + step);
        };
    }

    private Future<?> framed(boolean now, String sql) {
        framed = now;
        return connection.query(sql).execute();
    }

    private Future<?> refused(SqlScript.Step step, Throwable problem) {
        if (problem instanceof PgException refused) {
            return "25001".equals(refused.getSqlState())
                    ? skip(step, String.valueOf(refused.getErrorMessage()))
                    : Future.failedFuture(new Stopped(step, String.valueOf(refused.getErrorMessage())));
        }
        return Future.failedFuture(problem);
    }

    private Future<?> skip(SqlScript.Step step, String why) {
        skipped.add(new Examination.Skipped(step, why));
        return Future.succeededFuture();
    }

    /** Postgres refuses a step. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
        final transient SqlScript.Step step;

        Stopped(SqlScript.Step step, String message) {
            super(message, null, false, false);
            this.step = step;
        }
    }
}
