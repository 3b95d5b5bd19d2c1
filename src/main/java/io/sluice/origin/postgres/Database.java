package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Supplier;

/** The datasource as it is configured. */
public final class Database implements Connections {
    private final PinnedSessions sessions;
    private final Lending primary;

    /** @param pool the primary's, made at the first call; may throw */
    public Database(PinnedSessions sessions, Supplier<Pool> pool, PoolObserver observer) {
        this.sessions = sessions;
        primary = new Lending("primary", pool, sessions::size, observer);
    }

    @Override
    public Future<SqlConnection> reading(Call call) {
        return primary.borrow();
    }

    @Override
    public Future<SqlConnection> writing() {
        return primary.borrow();
    }

    @Override
    public void giveBack(SqlConnection connection) {
        primary.giveBack(connection);
    }

    @Override
    public String pins(Duration timeout) {
        return sessions.pins(timeout);
    }

    @Override
    public boolean shared() {
        return sessions.shared();
    }
}
