package io.sluice.redis;

import io.sluice.limit.Numbers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Overrides of limits as the fleet shares them: a hash in Redis, asked for a few times a second, so that each is in force
 * everywhere within a second. While Redis is away, what it told last stands, and ends when it would.
 */
public final class RedisOverrides implements AutoCloseable {
    private static final List<String> KEY = List.of("sluice:overrides");
    /** The field that counts changes. */
    private static final String COUNT = "#";

    private static final int MOST = 10_000;
    private static final long EVERY_MILLIS = 250;
    private static final Logger LOG = Logger.getLogger(RedisOverrides.class);

    private final ContextInternal loop;
    private final Commands commands;
    private final Consumer<Map<String, Numbers>> told;
    private final LongSupplier nanoClock;
    private final Script read = Script.load("limit-overrides.lua");
    private final Script write = Script.load("limit-override.lua");
    /** All of this is of the loop. */
    private String known = "";

    private Map<String, Numbers> all = Map.of();
    private long storeMillis;
    private long heardAt;
    private boolean asking;
    private @Nullable Long timer;

    /** @param told all overrides in force, whenever they may be others; on an event loop */
    public RedisOverrides(Vertx vertx, Commands commands, Consumer<Map<String, Numbers>> told, LongSupplier nanoClock) {
        this.loop = ((VertxInternal) vertx).createEventLoopContext();
        this.commands = commands;
        this.told = told;
        this.nanoClock = nanoClock;
    }

    /** Asks until closed. */
    public RedisOverrides start() {
        loop.runOnContext(v -> {
            ask();
            timer = loop.owner().setPeriodic(EVERY_MILLIS, tick -> ask());
        });
        return this;
    }

    @Override
    public void close() {
        loop.runOnContext(v -> {
            Long running = timer;
            if (running != null) {
                loop.owner().cancelTimer(running);
            }
        });
    }

    /**
     * Puts an override in force, or takes it back.
     *
     * @param name as {@link io.sluice.limit.RunningOverrides} has it
     * @param numbers null takes it back
     * @return whether the store has it; false when there are too many, a failure when the store does not answer
     */
    public Future<Boolean> put(String name, @Nullable Numbers numbers) {
        return write.run(
                        commands,
                        KEY,
                        Buffer.buffer(name),
                        Buffer.buffer(numbers == null ? "" : numbers.text()),
                        Buffer.buffer(Integer.toString(MOST)))
                .map(reply -> reply.toInteger() == 1);
    }

    private void ask() {
        tell();
        if (!asking) {
            asking = true;
            read.run(commands, KEY, Buffer.buffer(known))
                    .onComplete(reply -> loop.runOnContext(v -> {
                        asking = false;
                        if (reply.succeeded() && reply.result() != null) {
                            heard(reply.result());
                        }
                    }));
        }
    }

    private void heard(Response reply) {
        storeMillis = reply.get(0).toLong();
        heardAt = nanoClock.getAsLong();
        known = reply.get(1).toString();
        Map<String, Numbers> heard = new HashMap<>();
        for (int i = 2; i + 1 < reply.size() && heard.size() < MOST; i += 2) {
            String name = reply.get(i).toString();
            Numbers numbers = Numbers.parse(reply.get(i + 1).toString());
            if (numbers != null) {
                heard.put(name, numbers);
            } else if (!name.equals(COUNT)) {
                LOG.warnf(
                        "the override '%s' is ignored: '%s' is no quota=N [burst=N] [until=MS]",
                        name, reply.get(i + 1));
            }
        }
        all = heard;
        tell();
    }

    /** Those that are not over, by the store's clock as far as it is known. */
    private void tell() {
        long now = storeMillis + (nanoClock.getAsLong() - heardAt) / 1_000_000;
        Map<String, Numbers> inForce = new HashMap<>(all);
        inForce.values().removeIf(numbers -> numbers.until() != 0 && numbers.until() <= now);
        told.accept(inForce);
    }
}
