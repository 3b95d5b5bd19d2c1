package io.sluice.redis;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CacheStore;
import io.sluice.cache.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The fleet's message line: one long-lived subscriber, proved alive, that hears barriers and ends of loads. */
public final class Backplane {
    /** How long a proof holds: a near entry is served only within it. */
    static final long PROOF_NANOS = 1_000_000_000;

    private static final Logger LOG = Logger.getLogger(Backplane.class);
    private static final long PROVE_MILLIS = 300;
    private static final long HALF_OPEN_NANOS = 5_000_000_000L;
    private static final long BACKOFF_MILLIS = 50;
    private static final long LONGEST_BACKOFF_MILLIS = 2_000;
    private static final int BARRIERS = 100_000;
    private static final CacheScripts PROVE = CacheScripts.of("cache-barriers.lua", "cache-prove.lua");

    private final ContextInternal loop;
    private final Supplier<Redis> clients;
    private final Commands commands;
    private final LongSupplier clock;
    private final String id = UUID.randomUUID().toString();
    private final String barrierChannel;
    private final String wakeChannel;
    private final String selfPrefix;
    private final List<String> proofKeys;
    private final Barriers barriers = new Barriers(BARRIERS);
    private final Confirmations confirmations = new Confirmations();
    private final ConcurrentMap<CacheKey, List<Consumer<Outcome>>> waiters = new ConcurrentHashMap<>();

    /** Being made, or subscribed; of the line's own event loop. */
    private @Nullable Link link;

    private volatile @Nullable Link subscriber;
    /** When the last nonce that came back was sent; meaningless until {@link #proved}. */
    private volatile long provedAt;

    private volatile boolean proved;
    /** Moves when connections are made anew; shared entries are believed in the generation that was checked last. */
    private volatile long generation;

    private volatile long checked = -1;
    private volatile boolean closed;
    private boolean refused;
    private boolean misunderstood;
    private long subscribedAt;
    private long floor;
    private volatile long backoff = BACKOFF_MILLIS;

    /**
     * @param clients makes a client for each of the subscriber's connections, which is closed here
     * @param commands what publishes barriers, and therefore the nonces that prove the line alive
     * @param prefix of every key and channel, e.g. {@code sluice:}
     * @param nanoClock {@link System#nanoTime}
     */
    public Backplane(Vertx vertx, Supplier<Redis> clients, Commands commands, String prefix, LongSupplier nanoClock) {
        this.loop = ((VertxInternal) vertx).createEventLoopContext();
        this.clients = clients;
        this.commands = commands;
        this.clock = nanoClock;
        this.barrierChannel = prefix + "barriers";
        this.wakeChannel = prefix + "wake";
        this.selfPrefix = prefix + "self:";
        this.proofKeys = List.of(prefix + "barriers", prefix + "instances");
    }

    /** Subscribes, and keeps on subscribing. Completes with the first attempt, whether or not Redis is there. */
    public Future<Void> start() {
        return connect().otherwiseEmpty();
    }

    public Barriers barriers() {
        return barriers;
    }

    /** Whether the subscription was proved alive within the last second. */
    public boolean alive() {
        return proved && clock.getAsLong() - provedAt < PROOF_NANOS;
    }

    /** Whether what is read from the server may be believed: the line is alive, and the server is known. */
    boolean believes() {
        return checked == generation && alive();
    }

    /**
     * Another server answers, where barriers may be missing, and where this line does not listen yet: it is made anew.
     *
     * @param connection reaches the new server
     * @return completes when the server has its floor; nothing may be read there before
     */
    public Future<?> serverChanged(Commands connection) {
        synchronized (this) {
            generation++;
            proved = false;
        }
        redial();
        return prove(connection);
    }

    /** What the clients lead to has moved: the line is made anew. From any thread. */
    public void redial() {
        loop.runOnContext(v -> {
            Link now = link;
            if (now != null) {
                now.broken();
            }
        });
    }

    /** Leaves the fleet. */
    public Future<Void> close() {
        closed = true;
        proved = false;
        return commands.send(Request.cmd(Command.ZREM).arg(proofKeys.get(1)).arg(id))
                .<Void>mapEmpty()
                .otherwiseEmpty()
                .onComplete(left -> cut());
    }

    /** Listens no more, and tells nobody. */
    void cut() {
        closed = true;
        loop.runOnContext(v -> {
            Link now = link;
            link = null;
            subscriber = null;
            proved = false;
            if (now != null) {
                now.close();
            }
        });
    }

    String id() {
        return id;
    }

    Confirmations confirmations() {
        return confirmations;
    }

    CacheStore.Waiting await(CacheKey key, Consumer<Outcome> heard) {
        waiters.compute(key, (k, list) -> {
            List<Consumer<Outcome>> all = list == null ? new CopyOnWriteArrayList<>() : list;
            all.add(heard);
            return all;
        });
        return () -> waiters.computeIfPresent(key, (k, list) -> {
            list.remove(heard);
            return list.isEmpty() ? null : list;
        });
    }

    // -- the connection ----------------------------------------------------------------------------------------------

    /** On the line's own event loop, as everything about connections here. */
    private Future<Void> connect() {
        Promise<Void> first = Promise.promise();
        loop.runOnContext(v -> {
            if (closed || link != null) {
                first.tryComplete();
                return;
            }
            Link dialled = new Link(loop, clients, made -> subscribe(made, first), gone -> {
                lost(gone);
                first.tryComplete();
            });
            link = dialled;
            dialled.dial();
        });
        return first.future();
    }

    private void subscribe(Link made, Promise<Void> first) {
        made.messages(message -> received(made, message));
        subscribedAt = clock.getAsLong();
        // Completes when it is written; a refusal comes as a message.
        made.send(Request.cmd(Command.SUBSCRIBE)
                        .arg(barrierChannel)
                        .arg(wakeChannel)
                        .arg(selfPrefix + id))
                .onComplete(written -> {
                    if (written.failed()) {
                        made.broken();
                    } else if (made.equals(link)) {
                        made.ready();
                        subscriber = made;
                        heartbeat(made);
                        first.tryComplete();
                    }
                });
    }

    private void lost(Link gone) {
        if (!gone.equals(link)) {
            return;
        }
        link = null;
        synchronized (this) {
            subscriber = null;
            proved = false;
            generation++;
        }
        barriers.missed();
        if (!closed) {
            loop.owner().setTimer(backoff, timer -> connect());
            backoff = Math.min(LONGEST_BACKOFF_MILLIS, backoff * 2);
        }
    }

    private void heartbeat(Link connection) {
        if (!connection.equals(link)) {
            return;
        }
        long now = clock.getAsLong();
        if (now - (proved ? provedAt : subscribedAt) > HALF_OPEN_NANOS) {
            connection.broken();
            return;
        }
        prove(commands);
        loop.owner().setTimer(PROVE_MILLIS, timer -> heartbeat(connection));
    }

    private Future<?> prove(Commands through) {
        long of = generation;
        String nonce = "n" + clock.getAsLong() + " ";
        return PROVE.run(
                        through,
                        proofKeys,
                        List.of(bytes(id), bytes(selfPrefix + id), bytes(nonce), bytes(barrierChannel)))
                .onSuccess(reply -> {
                    floor(reply);
                    if (of == generation) {
                        checked = of;
                    }
                })
                .onFailure(error -> LOG.debugf("no proof of life: %s", error.getMessage()));
    }

    /** The floor may have been raised while nobody here listened. */
    private synchronized void floor(@Nullable Response reply) {
        long told = reply == null ? 0 : (long) Double.parseDouble(reply.toString());
        if (told > floor) {
            floor = told;
            barriers.hear(List.of(Barriers.EVERYTHING), told);
        }
    }

    // -- what comes in -----------------------------------------------------------------------------------------------

    private void received(Link from, Response response) {
        if (response.type() == ResponseType.ERROR) {
            if (!refused) {
                refused = true;
                LOG.warnf("Redis refuses the subscription that the shared cache needs, which stays off: %s", response);
            }
            from.broken();
            return;
        }
        if ((response.type() != ResponseType.MULTI && response.type() != ResponseType.PUSH)
                || response.size() != 3
                || !"message".equals(response.get(0).toString())) {
            return;
        }
        String channel = response.get(1).toString();
        byte[] message = response.get(2).toBytes();
        if (channel.equals(barrierChannel)) {
            barrier(Messages.barrier(message));
        } else if (channel.equals(wakeChannel)) {
            wake(Messages.wake(message));
        } else {
            own(new String(message, StandardCharsets.UTF_8));
        }
    }

    private void barrier(Messages.@Nullable Barrier barrier) {
        if (barrier == null) {
            // Something is void, and nobody here knows what: what is near is asked about at the store.
            barriers.missed();
            if (!misunderstood) {
                misunderstood = true;
                LOG.warn("a message about what is void was not understood: everything near is validated at Redis");
            }
            return;
        }
        barriers.hear(barrier.names(), barrier.instant());
        if (!barrier.sender().isEmpty() && !barrier.sender().equals(id)) {
            commands.send(Request.cmd(Command.PUBLISH)
                            .arg(selfPrefix + barrier.sender())
                            .arg(Buffer.buffer("a" + barrier.number() + ' ' + id)))
                    .onFailure(error -> LOG.debugf("a barrier was not confirmed: %s", error.getMessage()));
        }
    }

    private void wake(Messages.@Nullable Wake wake) {
        List<Consumer<Outcome>> all = wake == null ? null : waiters.get(wake.key());
        if (wake != null && all != null) {
            all.forEach(waiter -> waiter.accept(wake.outcome()));
        }
    }

    /** A nonce of our own, or another's confirmation. */
    private void own(String message) {
        int space = message.indexOf(' ');
        if (space < 0) {
            return;
        }
        String first = message.substring(1, space);
        String second = message.substring(space + 1);
        if (message.charAt(0) == 'a') {
            confirmations.confirmed(first, second);
            return;
        }
        long sent = Long.parseLong(first);
        synchronized (this) {
            if (subscriber != null && (!proved || sent - provedAt > 0)) {
                provedAt = sent;
                proved = true;
                backoff = BACKOFF_MILLIS;
                refused = false;
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
