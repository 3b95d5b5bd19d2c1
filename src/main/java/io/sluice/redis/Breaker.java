package io.sluice.redis;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Opens after a few failures in a row. While it is open no request is sent: a PING in the background finds out when
 * Redis is back, so that no request waits for that. For one event loop.
 */
final class Breaker {
    private static final int FAILURES = 3;

    /** Between two probes, ms, and as much again at random so that a fleet does not probe in step. */
    private static final long PAUSE = 50;

    private final Vertx vertx;
    private final Commands commands;
    private final Consumer<Boolean> changed;
    private int failures;
    private boolean open;

    Breaker(Vertx vertx, Commands commands, Consumer<Boolean> changed) {
        this.vertx = vertx;
        this.commands = commands;
        this.changed = changed;
    }

    boolean open() {
        return open;
    }

    void succeeded() {
        failures = 0;
    }

    void failed() {
        failures++;
        if (failures >= FAILURES && !open) {
            open = true;
            changed.accept(true);
            probe();
        }
    }

    /** One probe at a time: a server that hangs is not sent more of them, and answers the one when it goes on. */
    private void probe() {
        commands.send(Request.cmd(Command.PING)).onComplete(reply -> {
            if (reply.succeeded()) {
                open = false;
                failures = 0;
                changed.accept(false);
            } else {
                vertx.setTimer(PAUSE + ThreadLocalRandom.current().nextLong(PAUSE), timer -> probe());
            }
        });
    }
}
