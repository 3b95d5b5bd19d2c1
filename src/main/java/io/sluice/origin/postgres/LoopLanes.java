package io.sluice.origin.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** The lanes of one event loop, on which everything here runs. There are more of them the more is sent, up to a bound. */
final class LoopLanes {
    /** Statements on each lane before there is another one: fewer connections have fewer processes to wake. */
    private static final int FEW = 4;

    /** Milliseconds between two looks at what is under way. */
    private static final long TICK = 4;

    /** Milliseconds between two looks for lanes that are old or not needed. */
    private static final long SWEEP = 250;

    /** Nanoseconds after which a lane with nothing to do goes back to the pool. */
    private static final long IDLE = 1_000_000_000;

    /** Milliseconds before a connection is asked for again that was not got; doubled each time. */
    private static final long BACKOFF = 50;

    private static final long MOST_BACKOFF = 1_000;

    final ContextInternal context;
    private final IntSupplier most;
    private final Supplier<Future<SqlConnection>> borrow;
    private final Consumer<SqlConnection> giveBack;
    private final List<Lane> lanes = new ArrayList<>();
    private boolean borrowing;
    private boolean ticking;
    private boolean sweeping;
    private long backoff = BACKOFF;
    private long notBefore = System.nanoTime();

    LoopLanes(
            ContextInternal context,
            IntSupplier most,
            Supplier<Future<SqlConnection>> borrow,
            Consumer<SqlConnection> giveBack) {
        this.context = context;
        this.most = most;
        this.borrow = borrow;
        this.giveBack = giveBack;
    }

    /** @return false: there is no lane for it now */
    boolean take(Ride<?> ride) {
        long now = System.nanoTime();
        Lane best = null;
        for (int i = 0; i < lanes.size(); i++) {
            Lane lane = lanes.get(i);
            if (lane.isOpen(now) && (best == null || lane.size() < best.size())) {
                best = lane;
                if (lane.size() < FEW) {
                    break;
                }
            }
        }
        if (best == null || best.size() >= FEW) {
            widen(now);
        }
        if (best == null) {
            return false;
        }
        best.send(ride, now);
        if (!ticking) {
            ticking = true;
            context.setTimer(TICK, this::tick);
        }
        return true;
    }

    private void tick(Long timer) {
        long now = System.nanoTime();
        // Still ticking: what is moved to another lane meanwhile sets no timer of its own.
        for (Lane lane : List.copyOf(lanes)) {
            lane.look(now, this::take);
        }
        ticking = lanes.stream().anyMatch(lane -> lane.size() > 0);
        if (ticking) {
            context.setTimer(TICK, this::tick);
        }
    }

    private void widen(long now) {
        if (!borrowing && lanes.size() < most.getAsInt() && now - notBefore >= 0) {
            borrowing = true;
            borrow(true);
        }
    }

    private void borrow(boolean first) {
        // A connection works on the loop on which it was opened, and the pool opens it on that of who asks.
        context.emit(null, here -> borrow.get().onComplete(done -> got(done, first)));
    }

    private void got(AsyncResult<SqlConnection> done, boolean first) {
        if (done.failed()) {
            borrowing = false;
            notBefore = System.nanoTime() + backoff * 1_000_000;
            backoff = Math.min(MOST_BACKOFF, 2 * backoff);
            return;
        }
        SqlConnection connection = done.result();
        backoff = BACKOFF;
        if (first && !isHere(connection)) {
            Lane.close(connection)
                    .onComplete(closed -> context.runOnContext(after -> {
                        giveBack.accept(connection);
                        borrow(false);
                    }));
            return;
        }
        borrowing = false;
        lanes.add(new Lane(context, connection, System.nanoTime(), this::over));
        if (!sweeping) {
            sweeping = true;
            context.setTimer(SWEEP, this::sweep);
        }
    }

    private boolean isHere(SqlConnection connection) {
        ContextInternal its = (ContextInternal) ((SocketConnectionBase) Lane.raw(connection)).context();
        return its.nettyEventLoop() == context.nettyEventLoop();
    }

    private void sweep(Long timer) {
        long now = System.nanoTime();
        for (Lane lane : List.copyOf(lanes)) {
            if (lane.isOld() || lane.size() == 0 && now - lane.freed() > IDLE) {
                lane.drain();
            }
        }
        sweeping = !lanes.isEmpty();
        if (sweeping) {
            context.setTimer(SWEEP, this::sweep);
        }
    }

    private void over(Lane lane) {
        lanes.remove(lane);
        giveBack.accept(lane.connection());
    }
}
