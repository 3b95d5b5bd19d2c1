package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Settlement;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The requests of one event loop: collects what one tick asks, sends it, and keeps the deadline. */
final class LimitLane {
    /** Before a batch whose connection broke is sent again, ms: about what reconnecting takes. */
    private static final long RETRY = 2;

    /** After the deadline, ms: the least that a timer takes. */
    private static final long LAST_LOOK = 1;

    private final Context context;
    private final Vertx vertx;
    private final Commands commands;
    private final LimitScripts scripts;
    private final long deadlineMillis;
    private final RedisObserver observer;
    private final Breaker breaker;
    private final LimitCodes codes = new LimitCodes();
    private final boolean cluster;
    /** By slot in a cluster, where a call reaches one slot; else all under one number. */
    private final Map<Integer, LimitBatch> collecting = new HashMap<>();

    LimitLane(
            Context context,
            Commands commands,
            LimitScripts scripts,
            Duration deadline,
            RedisObserver observer,
            Consumer<Boolean> breakerChanged,
            boolean cluster) {
        this.cluster = cluster;
        this.context = context;
        this.vertx = context.owner();
        this.commands = commands;
        this.scripts = scripts;
        this.deadlineMillis = Math.max(1, deadline.toMillis());
        this.observer = observer;
        this.breaker = new Breaker(vertx, commands, deadlineMillis, breakerChanged);
    }

    void acquire(List<Ask> asks, Waiter waiter) {
        if (breaker.open()) {
            waiter.unavailable();
            return;
        }
        Integer slot = cluster ? HashSlot.of(asks.get(0).key()) : 0;
        LimitBatch batch = collecting.get(slot);
        if (batch != null && !batch.fits(asks)) {
            flush(slot, batch);
            batch = null;
        }
        if (batch == null) {
            batch = new LimitBatch(codes);
            collecting.put(slot, batch);
            LimitBatch scheduled = batch;
            context.runOnContext(v -> flush(slot, scheduled));
        }
        batch.add(asks, waiter);
        if (batch.full()) {
            flush(slot, batch);
        }
    }

    /**
     * Sent at once, each batch once, on this loop's connection: what is sent later there is carried out later.
     *
     * @return never fails: those that the store did not say are done
     */
    Future<List<Settlement>> settle(List<Settlement> settlements) {
        return breaker.open() ? Future.succeededFuture(settlements) : send(settlements);
    }

    private Future<List<Settlement>> send(List<Settlement> settlements) {
        List<Settlement> unacknowledged = new ArrayList<>();
        List<Future<Response>> sent = new ArrayList<>();
        for (int from = 0; from < settlements.size(); from += SettleBatch.MOST) {
            List<Settlement> some = settlements.subList(from, Math.min(settlements.size(), from + SettleBatch.MOST));
            SettleBatch batch = new SettleBatch(codes);
            some.forEach(batch::add);
            sent.add(scripts.settle()
                    .run(commands, batch.keys(), batch.limits(), batch.corrections())
                    .onFailure(failure -> unacknowledged.addAll(some)));
        }
        return Future.join(sent).transform(all -> Future.succeededFuture(unacknowledged));
    }

    private void flush(Integer slot, LimitBatch batch) {
        if (collecting.remove(slot, batch)) {
            new Trip(batch).send();
        }
    }

    /** One batch on its way. */
    private final class Trip {
        private final LimitBatch batch;
        private final long started = System.nanoTime();
        private long deadline;
        private boolean done;

        Trip(LimitBatch batch) {
            this.batch = batch;
            this.deadline = vertx.setTimer(deadlineMillis, timer -> overdue());
        }

        /**
         * A loop that was itself held up may have the reply lying in its socket unread, and that is no failure of Redis:
         * it reads once more before it gives up. A timer set now runs after the sockets that are ready now.
         */
        private void overdue() {
            deadline = vertx.setTimer(LAST_LOOK, timer -> fail());
        }

        /**
         * A batch whose connection broke may have been carried out: sending it again may take twice, which admits
         * less than the quota and never more.
         */
        void send() {
            Future<Response> sent = batch.more().length() == 0
                    ? scripts.acquire().run(commands, batch.keys(), batch.limits(), batch.asks())
                    : scripts.acquire().run(commands, batch.keys(), batch.limits(), batch.asks(), batch.more());
            sent.onComplete(reply -> {
                if (done) {
                    // Also while the breaker is open: Redis has just answered.
                    if (reply.succeeded() && batch.more().length() > 0) {
                        LimitLane.this.send(batch.unused(reply.result().toBytes()));
                    }
                    return;
                }
                if (reply.succeeded()) {
                    end();
                    observer.replied(System.nanoTime() - started);
                    breaker.succeeded();
                    batch.reply(reply.result().toBytes());
                } else if (Failures.refused(reply.cause())) {
                    fail();
                } else {
                    vertx.setTimer(RETRY, timer -> {
                        if (!done) {
                            send();
                        }
                    });
                }
            });
        }

        private void fail() {
            end();
            observer.failed();
            // It may have them of a try whose reply will never come; what is sent now is carried out after that.
            LimitLane.this.send(batch.slots());
            breaker.failed(batch.keys().get(0));
            batch.unavailable();
        }

        private void end() {
            done = true;
            vertx.cancelTimer(deadline);
        }
    }
}
