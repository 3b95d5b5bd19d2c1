package io.sluice.origin.postgres;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.Connection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A borrowed connection with several statements under way, in the order in which they were sent. Lives on one event loop. */
final class Lane {
    /** Statements under way at most. */
    private static final int DEPTH = 16;

    /** Nanoseconds that the first one may have run where another one is sent behind it. */
    private static final long YOUNG = 3_000_000;

    /** Nanoseconds after which those behind the first one wait for it no longer. */
    private static final long STUCK = 10_000_000;

    /** Milliseconds that a cancelled statement has to end before its connection is given up. */
    private static final long GRACE = 1_000;

    private static final int FLUSHES = 256;

    private final ContextInternal context;
    private final SqlConnection connection;
    private final SocketConnectionBase socket;
    private final int depth;
    private final Consumer<Lane> over;
    private final ArrayDeque<Ride<?>> rides = new ArrayDeque<>();
    /** When one last ended. */
    private long freed;

    private @Nullable Ride<?> cancelled;
    private boolean draining;
    private boolean closing;
    private boolean finished;

    /** @param over is told once, when the connection is to be given back */
    Lane(ContextInternal context, SqlConnection connection, long now, Consumer<Lane> over) {
        this.context = context;
        this.connection = connection;
        this.over = over;
        socket = (SocketConnectionBase) raw(connection);
        depth = Math.min(DEPTH, socket.pipeliningLimit());
        freed = now;
        connection.exceptionHandler(ended -> end());
        connection.closeHandler(closed -> finish());
        ChannelPipeline pipeline = socket.socket().channelHandlerContext().pipeline();
        if (pipeline.get(FlushConsolidationHandler.class) == null) {
            // What one turn of the event loop sends leaves at once, and wakes the server once.
            pipeline.addFirst(new FlushConsolidationHandler(FLUSHES, true));
        }
    }

    static Connection raw(SqlConnection connection) {
        return ((SqlConnectionInternal) connection).unwrap().unwrap();
    }

    SqlConnection connection() {
        return connection;
    }

    int size() {
        return rides.size();
    }

    /** Nanoseconds on the clock of all rides at which one was last on its way. */
    long freed() {
        return freed;
    }

    /** Whether another statement may be sent now. */
    boolean isOpen(long now) {
        return !draining && cancelled == null && rides.size() < depth && (rides.isEmpty() || running(now) < YOUNG);
    }

    /** How long the first one runs, as far as can be known here. */
    private long running(long now) {
        Ride<?> first = rides.peek();
        return first == null ? 0 : now - Math.max(first.sent(), freed);
    }

    <T> void send(Ride<T> ride, long now) {
        rides.add(ride);
        ride.begin(connection, now).onComplete(done -> ended(ride, done));
    }

    private <T> void ended(Ride<T> ride, AsyncResult<T> done) {
        long now = System.nanoTime();
        long took = now - Math.max(ride.sent(), freed);
        freed = now;
        if (rides.peek() == ride) {
            rides.poll();
        } else {
            rides.remove(ride);
        }
        if (done.succeeded()) {
            ride.took(took);
            ride.answered(done.result());
        } else if (socket.isValid() && !Failures.connectionLost(done.cause())) {
            ride.took(took);
            ride.failed(done.cause());
        } else {
            end();
            // The client tells by words alone that a statement was not sent any more.
            ride.failed(Failures.connectionLost(done.cause()) ? done.cause() : ClosedConnectionException.INSTANCE);
        }
        if (ride == cancelled) {
            cancelled = null;
            if (!(done.cause() instanceof PgException refused && "57014".equals(refused.getSqlState()))) {
                // The cancellation may still be under way, and would hit the next statement.
                end();
            }
        }
        if (draining) {
            drain();
        }
    }

    /**
     * To be called every few milliseconds.
     *
     * @param other takes who waits behind a statement that takes too long; false: it does not
     */
    void look(long now, Predicate<Ride<?>> other) {
        Ride<?> first = rides.peek();
        if (first == null) {
            return;
        }
        boolean stuck = running(now) > STUCK;
        boolean late = first.isLate(now);
        boolean cancel = cancelled == null && (late || first.left() && stuck);
        if (cancel) {
            // Said before any is moved: none is to come back to where the cancellation goes.
            cancelled = first;
        }
        if (late || stuck) {
            behind(now, other);
        }
        if (cancel) {
            cancel(first);
        }
        for (Ride<?> ride : rides) {
            if (ride.isLate(now)) {
                ride.failed(new Failures.Overloaded("no connection to the database became free in time"));
            }
        }
    }

    private void behind(long now, Predicate<Ride<?>> other) {
        List<Ride<?>> all = new ArrayList<>(rides);
        for (Ride<?> ride : all.subList(1, all.size())) {
            if (ride.left() || ride.isLate(now)) {
                continue;
            }
            if (ride.moved()) {
                ride.leave(now);
            } else {
                Ride<?> again = ride.again();
                if (!other.test(again)) {
                    again.leave(now);
                }
            }
        }
    }

    private void cancel(Ride<?> first) {
        first.failed(new Failures.TooSlow());
        PgConnection.cast(connection).cancelRequest();
        context.setTimer(GRACE, late -> {
            if (cancelled == first) {
                end();
            }
        });
    }

    /** Whether the pool would not lend it any more. */
    boolean isOld() {
        return RotatingPool.isOver(connection);
    }

    /** Takes no more, and goes back when what is under way has ended. */
    void drain() {
        draining = true;
        if (rides.isEmpty() && !closing) {
            finish();
        }
    }

    /** Nobody knows what state the connection is in: it ends, and goes back as one that did. */
    private void end() {
        draining = true;
        if (!closing) {
            closing = true;
            // It may have been closed before there was a handler for that.
            close(connection).onComplete(closed -> context.runOnContext(here -> finish()));
        }
    }

    /**
     * Closes the connection itself; closing what the pool lent would only give it back.
     *
     * @return when it is closed and its pool knows, on any thread
     */
    static Future<Void> close(SqlConnection connection) {
        Connection raw = raw(connection);
        Promise<Void> closed = Promise.promise();
        raw.close(null, closed);
        if (!(raw instanceof SocketConnectionBase socket)) {
            return closed.future();
        }
        ContextInternal its = (ContextInternal) socket.context();
        // That only stands in line, behind what Postgres may never answer, and the client takes any other way of
        // closing for the same: a word to
        // the server, which it reads when it has done what it does.
        its.runOnContext(then -> {
            ChannelHandlerContext nearest =
                    socket.socket().channelHandlerContext().pipeline().firstContext();
            if (nearest != null) {
                ChannelFuture unused = nearest.close();
            }
        });
        // The pool hears of it some turns of the event loop later, and would lend what was given back before.
        Promise<Void> known = Promise.promise();
        closed.future().onComplete(over -> its.setTimer(1, later -> known.complete()));
        return known.future();
    }

    private void finish() {
        draining = true;
        if (!finished) {
            finished = true;
            over.accept(this);
        }
    }
}
