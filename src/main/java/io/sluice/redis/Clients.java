package io.sluice.redis;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.net.URI;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes clients out of what is configured: of one server, of the primary that sentinels name, or of a cluster's nodes. */
public final class Clients {
    /** One is used; another may be needed while that one is given up. */
    private static final int CONNECTIONS = 2;

    private static final int STANDARD_PORT = 6379;

    private final Vertx vertx;
    private final RedisOptions options;

    /** @param options of which type, endpoints, TLS and credentials count; the pool's size does not */
    public Clients(Vertx vertx, RedisOptions options) {
        this.vertx = vertx;
        // A sentinel is asked at each dial; its client need not listen for failovers besides.
        this.options = new RedisOptions(options)
                .setMaxPoolSize(CONNECTIONS)
                .setMaxPoolWaiting(CONNECTIONS)
                .setAutoFailover(false);
    }

    public boolean areOfCluster() {
        return options.getType() == RedisClientType.CLUSTER;
    }

    /** Makes one more client, which the caller closes; of sentinels, one that asks them who is primary. */
    public Supplier<Redis> single() {
        return () -> Redis.createClient(vertx, new RedisOptions(options));
    }

    /** The cluster that the endpoints are of; TLS and credentials are those of the first, for all nodes. */
    public Cluster cluster() {
        return new Cluster(
                vertx, options.getEndpoints().stream().map(Clients::address).toList(), nodes());
    }

    private Function<String, Supplier<Redis>> nodes() {
        URI first = URI.create(options.getEndpoints().get(0));
        String user = first.getRawUserInfo() == null ? "" : first.getRawUserInfo() + '@';
        String query = first.getRawQuery() == null ? "" : '?' + first.getRawQuery();
        return address -> () -> Redis.createClient(
                vertx,
                new RedisOptions(options)
                        .setType(RedisClientType.STANDALONE)
                        .setEndpoints(List.of(first.getScheme() + "://" + user + address + query)));
    }

    private static String address(String endpoint) {
        URI uri = URI.create(endpoint);
        return uri.getHost() + ':' + (uri.getPort() < 0 ? STANDARD_PORT : uri.getPort());
    }
}
