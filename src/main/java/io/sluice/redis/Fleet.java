package io.sluice.redis;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;

/**
 * How many instances share the limits: each tells Redis that it lives, and is told how many do. While Redis is away
 * the latest count stands.
 */
public final class Fleet implements AutoCloseable {
    private static final List<String> KEY = List.of("sluice:fleet");
    private static final long BEAT = 2_000;

    /** How long an instance counts after its latest beat, ms. */
    private static final long LIFE = 10_000;

    private final Vertx vertx;
    private final Commands commands;
    private final Script script = Script.load("limit-fleet.lua");
    private final Buffer id = Buffer.buffer(UUID.randomUUID().toString());
    private volatile int seen;
    private volatile long timer = -1;

    /** @param configured how many there are until Redis has told */
    public Fleet(Vertx vertx, Commands commands, int configured) {
        this.vertx = vertx;
        this.commands = commands;
        this.seen = Math.max(1, configured);
    }

    /** Joins, and beats until closed. */
    public Fleet start() {
        beat();
        timer = vertx.setPeriodic(BEAT, tick -> beat());
        return this;
    }

    /** Tells and asks once, at once. */
    void beat() {
        tell(LIFE);
    }

    private void tell(long life) {
        script.run(commands, KEY, id, Buffer.buffer(Long.toString(life)))
                .onSuccess(count -> seen = Math.max(1, count.toInteger()));
    }

    /** The latest count that Redis gave, at least 1. */
    public int instances() {
        return seen;
    }

    /** Leaves, so that the others count right at once. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        tell(0);
    }
}
