package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A primary, a replica of it, and a sentinel that makes the replica the primary when the first is gone. */
public final class EmbeddedSentinel implements AutoCloseable {
    public static final String NAME = "limits";

    private static final Pattern MASTER_OFFSET = Pattern.compile("master_repl_offset:(\\d+)");
    private static final Pattern REPLICA_OFFSET = Pattern.compile("slave0:.*offset=(\\d+)");

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final Path folder = Folders.temporary("sluice-sentinel-");
    private final EmbeddedRedis primary = server();
    private final EmbeddedRedis replica = server();
    private final EmbeddedRedis sentinel;

    /** Returns when the sentinel knows of both. */
    public EmbeddedSentinel() {
        replica.ask("REPLICAOF 127.0.0.1 " + primary.port());
        await(() -> replica.ask("INFO replication").contains("master_link_status:up"));
        awaitReplica();
        Path configuration = folder.resolve("sentinel.conf");
        try {
            Files.writeString(configuration, """
                    sentinel monitor %1$s 127.0.0.1 %2$d 1
                    sentinel down-after-milliseconds %1$s 500
                    sentinel failover-timeout %1$s 5000
                    """.formatted(NAME, primary.port()));
        } catch (IOException e) {
            throw new UncheckedIOException("no sentinel without a file", e);
        }
        sentinel = EmbeddedRedis.sentinel(Ports.free(), configuration);
        await(() -> sentinel.ask("SENTINEL REPLICAS " + NAME).contains(Integer.toString(replica.port())));
    }

    private EmbeddedRedis server() {
        return new EmbeddedRedis(
                Ports.free(),
                List.of("--dir", folder.toString(), "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"));
    }

    private static void await(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the sentinel does not see its servers");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /**
     * Returns when the replica has all that the primary has now. After its first copy it is sent nothing until it has told how far
     * it is, once a second.
     */
    public void awaitReplica() {
        primary.ask("SET sluice:written 1 PX 1");
        long written = number(MASTER_OFFSET);
        await(() -> number(REPLICA_OFFSET) >= written);
    }

    /** In what the primary tells of replication; 0: it does not tell. */
    private long number(Pattern name) {
        Matcher matcher = name.matcher(primary.ask("INFO replication"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** The primary at first. */
    public EmbeddedRedis primary() {
        return primary;
    }

    /** The replica at first. */
    public EmbeddedRedis replica() {
        return replica;
    }

    /** As {@code quarkus.redis.hosts} takes it, with {@code client-type=sentinel} and {@link #NAME}. */
    public String url() {
        return sentinel.url();
    }

    @Override
    public void close() {
        sentinel.close();
        replica.close();
        primary.close();
        Folders.delete(folder);
    }
}
