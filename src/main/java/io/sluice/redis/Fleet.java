package io.sluice.redis;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * How many instances share the limits: each tells Redis that it lives, and is told how many do. While Redis is away
 * what it told last stands.
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
    /**
     * The latest counts, as many as are told within one life, at first those configured: a store that restarts empty, or
     * a fleet that starts together, counts at first only those that have already beaten.
     */
    private final int[] counts = new int[(int) (LIFE / BEAT)];

    private int told;
    private volatile int seen;
    private volatile long timer = -1;

    /** @param configured how many there are at least, until Redis has told for a whole life */
    public Fleet(Vertx vertx, Commands commands, int configured) {
        this.vertx = vertx;
        this.commands = commands;
        this.seen = Math.max(1, configured);
        Arrays.fill(counts, seen);
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
                .onSuccess(count -> counted(Math.max(1, count.toInteger())));
    }

    private synchronized void counted(int count) {
        counts[told++ % counts.length] = count;
        int most = 1;
        for (int each : counts) {
            most = Math.max(most, each);
        }
        seen = most;
    }

    /** The largest count that Redis gave lately, at least 1. */
    public int instances() {
        return seen;
    }

    /** Leaves, so that the others need not wait for the end of its life. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        tell(0);
    }
}
