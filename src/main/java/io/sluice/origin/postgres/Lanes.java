package io.sluice.origin.postgres;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way of what only reads and needs no transaction: connections of one server's pool that each event loop keeps for itself, and on
 * which several statements are under way. They are borrowed when they are needed and given back when they are not, so that the pool's
 * bound holds for both together.
 */
public final class Lanes {
    private final VertxInternal vertx;
    private final Supplier<Future<SqlConnection>> borrow;
    private final Consumer<SqlConnection> giveBack;
    private final IntSupplier size;
    private final int loops;
    private final ConcurrentMap<EventLoop, LoopLanes> byLoop = new ConcurrentHashMap<>();
    /** Those with connections of their own, in the order in which they came. */
    private final List<LoopLanes> all = new CopyOnWriteArrayList<>();

    /**
     * @param borrow from the pool
     * @param giveBack to the pool what was borrowed, once, also when it has ended
     * @param size of the pool, in connections; 0 while it is not known
     */
    Lanes(Vertx vertx, Supplier<Future<SqlConnection>> borrow, Consumer<SqlConnection> giveBack, IntSupplier size) {
        this.vertx = (VertxInternal) vertx;
        this.borrow = borrow;
        this.giveBack = giveBack;
        this.size = size;
        loops = (int) StreamSupport.stream(this.vertx.nettyEventLoopGroup().spliterator(), false)
                .count();
    }

    /** Connections that lanes may have; the others are for writes, for transactions, and for what is slow. */
    private int most() {
        int all = size.getAsInt();
        return all - Math.max(1, all / 4);
    }

    /**
     * Sends the work on a lane, or has it done elsewhere where there is none for it, or where it stands behind something slow.
     *
     * @param work only reads, and may be done twice
     * @param pace of the work and of its like
     * @param elsewhere does it within so many milliseconds
     */
    <T> Future<T> run(
            Function<SqlConnection, Future<T>> work, Pace pace, long timeoutMillis, LongFunction<Future<T>> elsewhere) {
        ContextInternal caller = vertx.getOrCreateContext();
        LoopLanes lanes = pace.quick() ? of(caller.nettyEventLoop()) : null;
        if (lanes == null) {
            return elsewhere.apply(timeoutMillis);
        }
        Ride<T> ride = Ride.of(work, elsewhere, caller, pace, System.nanoTime() + timeoutMillis * 1_000_000);
        if (lanes.context.nettyEventLoop().inEventLoop()) {
            if (!lanes.take(ride)) {
                return elsewhere.apply(timeoutMillis);
            }
        } else {
            lanes.context.runOnContext(there -> {
                if (!lanes.take(ride)) {
                    ride.leave(System.nanoTime());
                }
            });
        }
        return ride.future();
    }

    private @Nullable LoopLanes of(EventLoop loop) {
        LoopLanes known = byLoop.get(loop);
        return known != null ? known : most() < 1 ? null : first(loop);
    }

    /** Where there are fewer connections than event loops, some have theirs on another's. */
    private synchronized LoopLanes first(EventLoop loop) {
        return byLoop.computeIfAbsent(loop, none -> {
            int number = all.size();
            int most = most();
            if (number >= most) {
                return all.get(byLoop.size() % number);
            }
            LoopLanes made = new LoopLanes(
                    vertx.createEventLoopContext(
                            loop, null, Thread.currentThread().getContextClassLoader()),
                    () -> share(number),
                    borrow,
                    giveBack);
            all.add(made);
            return made;
        });
    }

    private int share(int number) {
        int most = most();
        return most / loops + (number < most % loops ? 1 : 0);
    }
}
