package io.sluice.credentials;

import io.vertx.core.Future;

/** Where a credential is kept. */
public interface Source extends AutoCloseable {
    /** As the configuration names it. */
    String name();

    /**
     * Reads it; never fails. Whoever asks has the deadline.
     *
     * @param anew Postgres refused the last one: a lease that could be extended is of no use
     */
    Future<Fetched> fetch(boolean anew);

    @Override
    default void close() {}
}
