package io.sluice.origin.postgres;

import io.netty.channel.ChannelPipeline;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * How long a server may be silent while a connection to it is opened. The client itself bounds no more than the way to it: one that takes
 * connections and says nothing, such as a proxy whose database is away, would keep their places in the pool for good.
 */
final class Greeting {
    private static final int MOST_SECONDS = 3;

    /** What Vert.x calls the handler that closes a silent socket. */
    private static final String HANDLER = "idle";

    private Greeting() {}

    static PgConnectOptions bound(PgConnectOptions options) {
        options.setReadIdleTimeout(MOST_SECONDS);
        options.setIdleTimeoutUnit(TimeUnit.SECONDS);
        return options;
    }

    /** It is open: from now on it may be silent for as long as it likes. */
    static void over(SqlConnection opened) {
        if (Lane.raw(opened) instanceof SocketConnectionBase connection) {
            ChannelPipeline pipeline =
                    connection.socket().channelHandlerContext().pipeline();
            if (pipeline.get(HANDLER) != null) {
                pipeline.remove(HANDLER);
            }
        }
    }
}
