package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster: a connection per event loop and primary, and a map of the slots, which one of the nodes is asked for
 * every second, and at once when a node redirects or is lost; another one then, as the one asked may be behind.
 */
public final class Cluster implements Commands, AutoCloseable {
    private static final long LOOK_MILLIS = 1_000;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);

    /** Between two looks when something is wrong. */
    private static final long SOON_MILLIS = 50;

    /** A node that does not tell for so long is left for another. */
    private static final long TELL_MILLIS = 500;

    private final Vertx vertx;
    private final ContextInternal loop;
    private final List<String> seeds;
    private final Function<String, Supplier<Redis>> clients;
    private final ConcurrentMap<String, ClusterNode> nodes = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile SlotMap map = SlotMap.UNKNOWN;
    private volatile Runnable lost = () -> {};
    private volatile boolean closed;

    /** From here on of this loop only. */
    private @Nullable Link informant;

    private String asked = "";
    private int turn;
    private boolean asking;
    private long timer = -1;
    private volatile boolean soon;
    private long lookedAt;
    private long turnedAt;

    /**
     * @param seeds nodes to ask first, {@code host:port}
     * @param clients what makes the clients of the node at an address
     */
    public Cluster(Vertx vertx, List<String> seeds, Function<String, Supplier<Redis>> clients) {
        this.vertx = vertx;
        this.loop = ((VertxInternal) vertx).createEventLoopContext();
        this.seeds = List.copyOf(seeds);
        this.clients = clients;
    }

    /**
     * To be called before {@link #start}: runs each time that a connection to a node has broken, or a slot has another owner,
     * which may not have all that the earlier one acknowledged.
     */
    public void onLost(Runnable whenever) {
        lost = whenever;
    }

    /** Looks for the nodes, and keeps looking, in the background. */
    public Cluster start() {
        loop.runOnContext(v -> look());
        return this;
    }

    /** A command that is of no key: any node will do. */
    @Override
    public Future<Response> send(Request request) {
        return at("").send(request);
    }

    @Override
    public Commands at(String key) {
        String owner = map.owner(HashSlot.of(key));
        return owner == null ? this::nowhere : node(owner);
    }

    private Future<Response> nowhere(Request request) {
        mend();
        return Future.failedFuture(Failures.NOT_CONNECTED);
    }

    SlotMap map() {
        return map;
    }

    /** Runs whenever the map has changed, on an event loop. */
    void onChange(Runnable told) {
        listeners.add(told);
    }

    ClusterNode node(String address) {
        ClusterNode known = nodes.get(address);
        return known == null ? nodes.computeIfAbsent(address, this::make) : known;
    }

    private ClusterNode make(String address) {
        PinnedConnections connections = new PinnedConnections(vertx, clients.apply(address));
        connections.onLost(() -> {
            mend();
            lost.run();
        });
        if (closed) {
            connections.close();
        }
        return new ClusterNode(this, address, connections);
    }

    /** What makes connections to whichever node has this key at that time. */
    public Supplier<Redis> home(String key) {
        int slot = HashSlot.of(key);
        return () -> {
            String owner = map.owner(slot);
            if (owner == null) {
                mend();
                return Unreachable.REDIS;
            }
            return clients.apply(owner).get();
        };
    }

    /** Runs whenever another node has this key than before. */
    public void onMove(String key, Runnable moved) {
        int slot = HashSlot.of(key);
        onChange(new Runnable() {
            private @Nullable String owner;

            @Override
            public void run() {
                String now = map.owner(slot);
                if (owner != null && now != null && !owner.equals(now)) {
                    moved.run();
                }
                owner = now == null ? owner : now;
            }
        });
    }

    /** The map does not hold: it is asked for anew, soon. From any thread. */
    void mend() {
        if (!soon) {
            soon = true;
            loop.runOnContext(v -> {
                long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lookedAt);
                if (since >= SOON_MILLIS && System.nanoTime() - turnedAt > LOOK_NANOS) {
                    turnedAt = System.nanoTime();
                    turn++;
                }
                schedule(Math.max(1, SOON_MILLIS - since));
            });
        }
    }

    private void schedule(long millis) {
        vertx.cancelTimer(timer);
        timer = vertx.setTimer(millis, due -> look());
    }

    private void look() {
        if (closed || asking) {
            return;
        }
        asking = true;
        soon = false;
        lookedAt = System.nanoTime();
        List<String> candidates = candidates();
        String next = candidates.get(Math.floorMod(turn, candidates.size()));
        Link known = informant;
        if (known != null && next.equals(asked)) {
            ask(known);
            return;
        }
        informant = null;
        if (known != null) {
            known.close();
        }
        asked = next;
        Link dialled = new Link(loop, clients.apply(next), this::ask, this::gone);
        informant = dialled;
        dialled.dial();
    }

    private List<String> candidates() {
        List<String> all = new ArrayList<>(map.primaries());
        all.sort(null);
        for (String seed : seeds) {
            if (!all.contains(seed)) {
                all.add(seed);
            }
        }
        return all;
    }

    private void ask(Link of) {
        long patience = vertx.setTimer(TELL_MILLIS, late -> of.broken());
        of.send(Request.cmd(Command.CLUSTER).arg("SLOTS")).onComplete(told -> {
            vertx.cancelTimer(patience);
            if (!of.equals(informant)) {
                return;
            }
            if (told.failed()) {
                of.broken();
                return;
            }
            of.ready();
            asking = false;
            use(SlotMap.of(told.result(), SlotMap.host(asked)));
            schedule(soon ? SOON_MILLIS : LOOK_MILLIS);
        });
    }

    private void gone(Link of) {
        if (of.equals(informant)) {
            informant = null;
            asking = false;
            turn++;
            schedule(SOON_MILLIS);
        }
    }

    /** A node that knows of no slots has not joined yet, or has been left out. */
    private void use(SlotMap told) {
        if (told.primaries().isEmpty()) {
            turn++;
            return;
        }
        SlotMap before = map;
        map = told;
        Set<String> primaries = told.primaries();
        nodes.forEach((address, node) -> {
            if (!primaries.contains(address) && nodes.remove(address, node)) {
                node.close();
            }
        });
        if (!told.sameAs(before)) {
            listeners.forEach(Runnable::run);
        }
        if (told.movedFrom(before)) {
            lost.run();
        }
    }

    @Override
    public void close() {
        closed = true;
        nodes.values().forEach(ClusterNode::close);
        loop.runOnContext(v -> {
            vertx.cancelTimer(timer);
            Link known = informant;
            informant = null;
            if (known != null) {
                known.close();
            }
        });
    }
}
