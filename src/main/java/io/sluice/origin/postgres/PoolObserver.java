package io.sluice.origin.postgres;

import java.util.function.IntSupplier;

/** Hears how connections are lent; called on event loops, so it must not block. */
public interface PoolObserver {
    /** Hears nothing. */
    PoolObserver NONE = new PoolObserver() {};

    /**
     * There is a pool.
     *
     * @param server which one: {@code primary}, or a replica's address
     * @param open connections, also those that are being opened
     * @param used of them, by somebody
     * @param waiting who has none yet
     */
    default void pool(String server, IntSupplier open, IntSupplier used, IntSupplier waiting) {}

    /**
     * There is a replica.
     *
     * @param used 1 while it may be read, else 0
     */
    default void replica(String server, IntSupplier used) {}

    /** A read goes there. */
    default void read(String server) {}

    /** Somebody got a connection. */
    default void waited(String server, long nanos) {}

    /** Somebody got none: the line was full, or moved too slowly. */
    default void refused(String server, boolean full) {}
}
