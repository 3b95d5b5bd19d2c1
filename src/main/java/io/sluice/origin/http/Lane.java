package io.sluice.origin.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.URI;
import java.util.function.LongSupplier;

/** What one event loop holds of an origin: connections of its own, so that no byte changes threads. */
final class Lane {
    /** Seconds an idle connection is kept, below the 75 of nginx and the 60 of common load balancers; Node says its own 5. */
    private static final int KEEP_ALIVE = 55;
    /** Calls that may wait for each connection: more would wait longer than anybody does. */
    private static final int WAITING_PER_CONNECTION = 8;
    /** Calls that may wait at least: as many as the streams of one HTTP/2 client, which are all of one event loop. */
    private static final int LEAST_WAITING = 256;

    final HttpClient client;
    final SocketAddress server;
    final String hostname;
    final Deadlines deadlines;
    final RequestHeaders headers;

    /** Of the one event loop, as all connections are. */
    private int connections;

    private final LongSupplier nanos;
    private final long timeoutNanos;
    private long closedAt;

    Lane(Vertx vertx, HttpSpec spec, int most, LongSupplier nanos) {
        this.nanos = nanos;
        timeoutNanos = spec.timeout().toNanos();
        closedAt = nanos.getAsLong() - timeoutNanos - 1;
        URI url = spec.url();
        boolean tls = "https".equalsIgnoreCase(url.getScheme());
        String host = url.getHost();
        hostname = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        server = SocketAddress.inetSocketAddress(url.getPort() < 0 ? tls ? 443 : 80 : url.getPort(), hostname);
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(tls)
                .setVerifyHost(true)
                .setConnectTimeout(
                        (int) Math.min(Integer.MAX_VALUE, spec.connectTimeout().toMillis()))
                .setKeepAliveTimeout(KEEP_ALIVE)
                .setMaxChunkSize(64 * 1024)
                .setMaxHeaderSize(64 * 1024)
                .setMaxInitialLineLength(16 * 1024);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(most)
                .setMaxWaitQueueSize(Math.max(LEAST_WAITING, most * WAITING_PER_CONNECTION));
        client = vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                .withConnectHandler(this::opened)
                .build();
        headers = new RequestHeaders(spec);
        deadlines = new Deadlines(vertx, spec.timeout().toNanos(), nanos);
    }

    /** Whether any connection stood during the last timeout: a call that got none then waited for others. */
    boolean connected() {
        return connections > 0 || nanos.getAsLong() - closedAt <= timeoutNanos;
    }

    private void opened(HttpConnection connection) {
        connections++;
        ConnectionBase base = (ConnectionBase) connection;
        // The channel's own end, which is heard of after an upgrade too.
        base.channel().closeFuture().addListener(closed -> {
            connections--;
            closedAt = nanos.getAsLong();
        });
        ChannelPipeline pipeline = base.channel().pipeline();
        InterimFilter filter = new InterimFilter();
        pipeline.addAfter("codec", "interim", filter);
        base.channel().attr(InterimFilter.KEY).set(filter);
        // Each exchange hears of it itself; without a handler it would be logged as an error besides.
        connection.exceptionHandler(problem -> {});
    }

    /** Whether a response came over this connection before, so that the origin may have closed it since. */
    static boolean used(HttpConnection connection) {
        InterimFilter filter =
                ((ConnectionBase) connection).channel().attr(InterimFilter.KEY).get();
        return filter != null && filter.answered();
    }
}
