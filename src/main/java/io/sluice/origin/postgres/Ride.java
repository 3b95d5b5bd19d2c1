package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;
import java.util.function.LongFunction;

/** Work that was sent on a lane, and for which somebody waits there until it {@link #left}. It only reads, and may run twice. */
final class Ride<T> {
    private final Function<SqlConnection, Future<T>> work;
    private final LongFunction<Future<T>> elsewhere;
    private final ContextInternal caller;
    private final Promise<T> promise;
    private final Pace pace;
    private final boolean moved;
    /** Nanoseconds, as all instants here. */
    private final long deadline;

    private long sent;
    private boolean left;

    private Ride(
            Function<SqlConnection, Future<T>> work,
            LongFunction<Future<T>> elsewhere,
            ContextInternal caller,
            Promise<T> promise,
            Pace pace,
            boolean moved,
            long deadline) {
        this.work = work;
        this.elsewhere = elsewhere;
        this.caller = caller;
        this.promise = promise;
        this.pace = pace;
        this.moved = moved;
        this.deadline = deadline;
    }

    /** @param elsewhere runs the work where there is no lane for it, within so many milliseconds; called on the caller's context */
    static <T> Ride<T> of(
            Function<SqlConnection, Future<T>> work,
            LongFunction<Future<T>> elsewhere,
            ContextInternal caller,
            Pace pace,
            long deadline) {
        return new Ride<>(work, elsewhere, caller, caller.promise(), pace, false, deadline);
    }

    Future<T> future() {
        return promise.future();
    }

    Future<T> begin(SqlConnection connection, long now) {
        sent = now;
        return work.apply(connection);
    }

    long sent() {
        return sent;
    }

    boolean left() {
        return left;
    }

    boolean isLate(long now) {
        return !left && now - deadline >= 0;
    }

    void took(long nanos) {
        pace.took(nanos);
    }

    void answered(T result) {
        if (!left) {
            left = true;
            promise.complete(result);
        }
    }

    void failed(Throwable problem) {
        if (!left) {
            left = true;
            promise.fail(problem);
        }
    }

    /** The same for another lane; what becomes of it here is of no interest any more. */
    Ride<T> again() {
        left = true;
        return new Ride<>(work, elsewhere, caller, promise, pace, true, deadline);
    }

    /** Whether it was on another lane already. */
    boolean moved() {
        return moved;
    }

    /** Leaves for where there are no lanes. */
    void leave(long now) {
        left = true;
        long millis = Math.max(1, (deadline - now) / 1_000_000);
        caller.runOnContext(here -> elsewhere.apply(millis).onComplete(promise));
    }
}
