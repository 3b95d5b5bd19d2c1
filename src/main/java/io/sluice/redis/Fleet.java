package io.sluice.redis;

import io.vertx.core.Vertx;

/** How many instances share the limits. */
public final class Fleet implements AutoCloseable {
    private volatile int seen;

    /** @param configured how many there are until Redis has told */
    public Fleet(Vertx vertx, Commands commands, int configured) {
        this.seen = configured;
    }

    public Fleet start() {
        return this;
    }

    /** The latest count that Redis gave, at least 1. */
    public int instances() {
        return seen;
    }

    @Override
    public void close() {}
}
