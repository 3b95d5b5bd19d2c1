package io.sluice.redis;

import io.sluice.cache.Barriers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.util.function.LongSupplier;

/** The fleet's message line: one long-lived subscriber, proved alive, that hears barriers and ends of loads. */
public final class Backplane {
    /**
     * @param redis makes the subscriber's own connection
     * @param commands what publishes barriers, and therefore the nonces that prove the line alive
     * @param prefix of every key and channel, e.g. {@code sluice:}
     * @param nanoClock {@link System#nanoTime}
     */
    public Backplane(Vertx vertx, Redis redis, Commands commands, String prefix, LongSupplier nanoClock) {}

    /** Subscribes, and keeps on subscribing. Completes with the first attempt, whether or not Redis is there. */
    public Future<Void> start() {
        throw new UnsupportedOperationException();
    }

    public Barriers barriers() {
        throw new UnsupportedOperationException();
    }

    /** Whether the subscription was proved alive within the last second. */
    public boolean alive() {
        throw new UnsupportedOperationException();
    }

    /** Connections were made anew: shared entries are not believed until the server is known to be the same one. */
    public void serverChanged() {}

    /** Leaves the fleet. */
    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }
}
