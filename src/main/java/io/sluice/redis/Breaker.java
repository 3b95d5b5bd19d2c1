package io.sluice.redis;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Opens after a few failures in a row. While it is open no request is sent: a tiny write in the background finds out
 * when Redis is back, so that no request waits for that. A write, and within the deadline, because that is what a
 * request needs: a server that is slow, out of memory or read-only answers a PING. For one event loop.
 */
final class Breaker {
    private static final int FAILURES = 3;

    /** Between two probes, ms, and as much again at random so that a fleet does not probe in step. */
    private static final long FIRST_PAUSE = 50;

    private static final long LONGEST_PAUSE = 200;

    private final Vertx vertx;
    private final Commands commands;
    private final long deadlineNanos;
    private final Consumer<Boolean> changed;
    private int failures;
    private boolean open;
    private String probed = "";
    private long pause = FIRST_PAUSE;

    /** @param deadlineMillis within which a probe must be answered */
    Breaker(Vertx vertx, Commands commands, long deadlineMillis, Consumer<Boolean> changed) {
        this.vertx = vertx;
        this.commands = commands;
        this.deadlineNanos = TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
        this.changed = changed;
    }

    boolean open() {
        return open;
    }

    void succeeded() {
        failures = 0;
        pause = FIRST_PAUSE;
    }

    /** @param where a key that Redis was asked for in vain */
    void failed(String where) {
        failures++;
        probed = where;
        if (failures >= FAILURES && !open) {
            open = true;
            changed.accept(true);
            probe();
        }
    }

    /** One probe at a time: a server that hangs is not sent more of them, and answers the one when it goes on. */
    private void probe() {
        long sent = System.nanoTime();
        String probe = probeFor(probed);
        Request write =
                Request.cmd(Command.SET).arg(probe).arg("").arg("PX").arg(TimeUnit.NANOSECONDS.toMillis(deadlineNanos));
        commands.at(probe).send(write).onComplete(reply -> {
            if (reply.succeeded() && System.nanoTime() - sent <= deadlineNanos) {
                open = false;
                failures = 0;
                changed.accept(false);
            } else {
                vertx.setTimer(pause + ThreadLocalRandom.current().nextLong(pause), timer -> probe());
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            }
        });
    }

    /** In a cluster it lies where that key does. */
    private static String probeFor(String key) {
        int open = key.indexOf('{');
        int close = key.indexOf('}', open + 1);
        return open < 0 || close < 0 ? "sluice:probe" : "sluice:probe:" + key.substring(open, close + 1);
    }
}
