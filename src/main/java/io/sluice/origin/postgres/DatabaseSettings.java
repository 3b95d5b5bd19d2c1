package io.sluice.origin.postgres;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the database of all Postgres routes is reached; read at start only.
 *
 * @param pool of each server
 * @param shared whether a pooler lends sessions by the transaction, so that nothing that belongs to a session lasts
 * @param listen where commits are heard; null: where the datasource leads
 * @param replicas that may be read
 * @param maxLag how far behind the primary a replica may be that is read
 * @param replicaWait how long a read waits for a replica to have what it must see, before it goes to the primary
 */
public record DatabaseSettings(
        PoolSize pool,
        boolean shared,
        @Nullable Server listen,
        List<Server> replicas,
        Duration maxLag,
        Duration replicaWait) {
    public static final DatabaseSettings STANDARD = new DatabaseSettings(
            PoolSize.STANDARD, false, null, List.of(), Duration.ofSeconds(10), Duration.ofMillis(10));

    public DatabaseSettings {
        replicas = List.copyOf(replicas);
    }

    /**
     * The bounds of a pool.
     *
     * @param connections null: as many as the datasource says
     * @param waiting the longest line for a connection
     * @param patience how long one waits in it
     * @param lifetime null: as the datasource says, else half an hour
     * @param idle null: as the datasource says, else five minutes
     * @param pipelining statements under way on one connection
     */
    public record PoolSize(
            @Nullable Integer connections,
            int waiting,
            Duration patience,
            @Nullable Duration lifetime,
            @Nullable Duration idle,
            int pipelining) {
        public static final PoolSize STANDARD = new PoolSize(null, 256, Duration.ofSeconds(2), null, null, 256);
    }

    /**
     * A server beside the datasource's, which has the same users.
     *
     * @param database null: that of the datasource
     */
    public record Server(String host, int port, @Nullable String database) {
        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }
}
