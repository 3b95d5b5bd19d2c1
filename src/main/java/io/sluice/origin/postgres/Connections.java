package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where connections come from, by what is to be done with them, and where they go back to. */
public interface Connections {
    /** One on which this call may read. */
    Future<SqlConnection> reading(Call call);

    /** The lanes to where this call may read; null: there are none. */
    default @Nullable Lanes lanes(Call call) {
        return null;
    }

    /** One to the primary. */
    Future<SqlConnection> writing();

    /** Who has a connection from here calls this, once. */
    void giveBack(SqlConnection connection);

    /**
     * What is said behind each {@code BEGIN}, so that the same row is the same bytes whichever session it comes from. Empty: sessions
     * have it pinned.
     *
     * @param timeout after which Postgres is to end a statement
     */
    default String pins(Duration timeout) {
        return "";
    }

    /** Whether a pooler lends sessions by the transaction. A request to cancel may get lost there, or hit another's statement. */
    default boolean shared() {
        return false;
    }

    /**
     * A call committed on this connection; what reads of its caller must see is noted before it is answered. Never fails.
     *
     * @param headers of the answer, for what the caller is to be told
     */
    default Future<Void> committed(Call call, SqlConnection connection, MultiMap headers) {
        return Future.succeededFuture();
    }

    /** A call may have committed, and may yet do so for a moment; nobody knows. */
    default void mayHaveCommitted(Call call) {}

    /** One database for all, without lanes. The supplier may throw. */
    static Connections of(Supplier<Pool> pool) {
        return new OneDatabase(lending(pool, () -> 0), null);
    }

    /**
     * One database for all. The supplier may throw.
     *
     * @param size of the pool; 0 while it is not known
     */
    static Connections of(Vertx vertx, Supplier<Pool> pool, IntSupplier size) {
        Lending lending = lending(pool, size);
        return new OneDatabase(lending, new Lanes(vertx, lending::borrow, lending::giveBack, size));
    }

    private static Lending lending(Supplier<Pool> pool, IntSupplier size) {
        return new Lending("primary", pool, size, PoolObserver.NONE);
    }
}
