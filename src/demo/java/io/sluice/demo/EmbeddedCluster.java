package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A real Redis Cluster on free loopback ports: three primaries, each with as many replicas as wanted. */
public final class EmbeddedCluster implements AutoCloseable {
    private static final int PRIMARIES = 3;
    private static final int SLOTS = 16_384;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    /** A node listens for the others this much higher; Redis 6.2 has no option for it. */
    private static final int BUS = 10_000;

    private static final int HIGHEST = 65_535;

    private final Path folder = Folders.temporary("sluice-cluster-");
    private final List<EmbeddedRedis> nodes = new ArrayList<>();

    /** Returns when every node sees the whole cluster. */
    public EmbeddedCluster(int replicasEach) {
        try {
            for (int i = 0; i < PRIMARIES * (1 + replicasEach); i++) {
                nodes.add(node());
            }
            form();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private EmbeddedRedis node() {
        int port = freeWithBus();
        return new EmbeddedRedis(
                port,
                List.of(
                        "--cluster-enabled",
                        "yes",
                        "--cluster-config-file",
                        folder.resolve(port + ".conf").toString(),
                        "--cluster-node-timeout",
                        "1000",
                        "--cluster-require-full-coverage",
                        "no",
                        "--dir",
                        folder.toString()));
    }

    private static int freeWithBus() {
        while (true) {
            int port = Ports.free();
            if (port + BUS > HIGHEST) {
                port -= BUS;
            }
            try (ServerSocket own = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    ServerSocket bus = new ServerSocket(port + BUS, 1, InetAddress.getLoopbackAddress())) {
                return own.isBound() && bus.isBound() ? port : -1;
            } catch (IOException taken) {
                // Another one.
            }
        }
    }

    private void form() {
        for (int i = 0; i < PRIMARIES; i++) {
            String slots = IntStream.range(SLOTS * i / PRIMARIES, SLOTS * (i + 1) / PRIMARIES)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            ok(nodes.get(i).ask("CLUSTER ADDSLOTS " + slots));
        }
        for (EmbeddedRedis node : nodes) {
            ok(nodes.get(0).ask("CLUSTER MEET 127.0.0.1 " + node.port()));
        }
        for (int i = PRIMARIES; i < nodes.size(); i++) {
            EmbeddedRedis replica = nodes.get(i);
            EmbeddedRedis primary = nodes.get(i % PRIMARIES);
            await(() -> replica.ask("CLUSTER NODES").contains(id(primary)));
            await(() -> replica.ask("CLUSTER REPLICATE " + id(primary)).startsWith("+OK"));
        }
        for (EmbeddedRedis node : nodes) {
            await(() -> whole(node));
        }
    }

    private boolean whole(EmbeddedRedis node) {
        String known = node.ask("CLUSTER NODES");
        return node.ask("CLUSTER INFO").contains("cluster_state:ok")
                && known.lines().filter(line -> line.contains(" connected")).count() == nodes.size()
                && known.lines().filter(line -> line.contains("slave ")).count() == nodes.size() - PRIMARIES
                && (!node.ask("INFO replication").contains("role:slave")
                        || node.ask("INFO replication").contains("master_link_status:up"));
    }

    /** The node's name among the nodes. */
    public static String id(EmbeddedRedis node) {
        String reply = node.ask("CLUSTER MYID");
        return reply.substring(reply.indexOf('\n') + 1).strip();
    }

    private static void ok(String reply) {
        if (!reply.startsWith("+OK")) {
            throw new IllegalStateException("the cluster does not form: " + reply);
        }
    }

    private static void await(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the cluster does not form");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** The primaries, in the order of their slots, then their replicas in the same order. */
    public List<EmbeddedRedis> nodes() {
        return List.copyOf(nodes);
    }

    /** The slots from which on each primary has its share. */
    public static int firstSlot(int primary) {
        return SLOTS * primary / PRIMARIES;
    }

    @Override
    public void close() {
        nodes.forEach(EmbeddedRedis::close);
        try {
            Folders.delete(folder);
        } catch (UncheckedIOException e) {
            throw new IllegalStateException("the cluster's folder stays: " + folder, e);
        }
    }
}
