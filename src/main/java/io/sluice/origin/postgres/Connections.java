package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Supplier;

/** Where connections come from, by what is to be done with them. They are closed to be given back. */
public interface Connections {
    /** One on which this call may read. */
    Future<SqlConnection> reading(Call call);

    /** One to the primary. */
    Future<SqlConnection> writing();

    /** A call committed on this connection; what reads of its caller must see is noted before it is answered. Never fails. */
    default Future<Void> committed(Call call, SqlConnection connection) {
        return Future.succeededFuture();
    }

    /** One database for all. The supplier may throw. */
    static Connections of(Supplier<Pool> pool) {
        return new Connections() {
            @Override
            public Future<SqlConnection> reading(Call call) {
                return writing();
            }

            @Override
            public Future<SqlConnection> writing() {
                try {
                    return pool.get().getConnection();
                } catch (RuntimeException noPool) {
                    return Future.failedFuture(noPool);
                }
            }
        };
    }
}
