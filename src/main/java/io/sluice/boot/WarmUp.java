package io.sluice.boot;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Window;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Connects every event loop to the shared store, and has each ask it a few times, before the first request comes: else
 * the first ones wait for connections, for the script to be loaded and for classes, past their deadline, and are
 * decided by the local share. Asks cost nothing: they peek.
 */
final class WarmUp {
    private static final int PEEKS = 40;
    private static final long PATIENCE_MILLIS = 1_000;
    private static final List<Ask> ASKS = List.of(
            peek("fixed", new Algorithm.FixedWindow()),
            peek("sliding", new Algorithm.SlidingWindow()),
            peek("bucket", new Algorithm.TokenBucket(1)));

    private static final long AGAIN_MILLIS = 10;

    private final Vertx vertx;
    private final LimitStore store;
    private final CountDownLatch loops;
    private volatile boolean over;

    private WarmUp(Vertx vertx, LimitStore store, int loops) {
        this.vertx = vertx;
        this.store = store;
        this.loops = new CountDownLatch(loops);
    }

    private static Ask peek(String name, Algorithm algorithm) {
        Limit limit = Limit.of(name, algorithm, 1, Window.ofSeconds(60), List.of());
        return new Ask(limit, Shared.PREFIX + "{warm-up}:" + name, 0);
    }

    /** Returns when all event loops are warm, or after a second: the store may be away. */
    static void of(Vertx vertx, LimitStore store) {
        List<EventExecutor> executors = new ArrayList<>();
        vertx.nettyEventLoopGroup().forEach(executors::add);
        WarmUp warmUp = new WarmUp(vertx, store, executors.size());
        for (EventExecutor executor : executors) {
            ((VertxInternal) vertx)
                    .createEventLoopContext((EventLoop) executor, null, null)
                    .runOnContext(begin -> warmUp.ask(PEEKS));
        }
        try {
            warmUp.over = !warmUp.loops.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(int left) {
        if (left == 0 || over) {
            loops.countDown();
            return;
        }
        store.acquire(ASKS).subscribe().with(decisions -> {
            if (decisions.contains(Decision.UNAVAILABLE)) {
                vertx.setTimer(AGAIN_MILLIS, again -> ask(left));
            } else {
                ask(left - 1);
            }
        });
    }
}
