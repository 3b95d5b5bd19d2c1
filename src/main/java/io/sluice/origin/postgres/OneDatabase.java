package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import org.jspecify.annotations.Nullable;

/**
 * One pool for reads and writes.
 *
 * @param lanes null: everything borrows
 */
record OneDatabase(Lending lending, @Nullable Lanes lanes) implements Connections {
    @Override
    public Future<SqlConnection> reading(Call call) {
        return lending.borrow();
    }

    @Override
    public @Nullable Lanes lanes(Call call) {
        return lanes;
    }

    @Override
    public Future<SqlConnection> writing() {
        return lending.borrow();
    }

    @Override
    public void giveBack(SqlConnection connection) {
        lending.giveBack(connection);
    }
}
