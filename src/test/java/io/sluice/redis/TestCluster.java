package io.sluice.redis;

import static org.awaitility.Awaitility.await;

import io.sluice.demo.EmbeddedCluster;
import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A real Redis Cluster, and what talks to it. */
final class TestCluster implements AutoCloseable {
    final EmbeddedCluster servers;
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    final Cluster cluster;
    /** One name for each primary, whose slot it has. */
    private final List<String> tags = new ArrayList<>();

    TestCluster(int replicasEach) {
        servers = new EmbeddedCluster(replicasEach);
        cluster = new Cluster(
                        vertx,
                        List.of("127.0.0.1:" + servers.nodes().get(0).port()),
                        address -> () -> Redis.createClient(
                                vertx,
                                new RedisOptions()
                                        .setConnectionString("redis://" + address)
                                        .setMaxPoolSize(2)
                                        .setMaxPoolWaiting(2)))
                .start();
        for (int primary = 0; primary < 3; primary++) {
            tags.add(nameOn(primary, "clock"));
        }
        await().until(() -> cluster.map().primaries().size() == 3);
    }

    /** A name that a primary has the slot of. */
    static String nameOn(int primary, String prefix) {
        int n = 0;
        while (true) {
            String name = prefix + n++;
            int slot = HashSlot.of(name);
            if (slot >= EmbeddedCluster.firstSlot(primary) && slot < EmbeddedCluster.firstSlot(primary + 1)) {
                return name;
            }
        }
    }

    EmbeddedRedis primary(int number) {
        return servers.nodes().get(number);
    }

    static String address(EmbeddedRedis node) {
        return "127.0.0.1:" + node.port();
    }

    ClusterLimitStore store(Duration deadline) {
        return new ClusterLimitStore(vertx, cluster, deadline, RedisObserver.NONE);
    }

    /** A store whose script reads the time that {@link #at} sets, from whichever clock lies on its node. */
    ClusterLimitStore driven() {
        String clocks = tags.stream().map(tag -> "'{" + tag + "}'").collect(Collectors.joining(","));
        String clock = """
                local function driven()
                  for _, tag in ipairs({%s}) do
                    local time = redis.pcall('MGET', tag .. 's', tag .. 'us')
                    if not time.err then return time end
                  end
                end
                """.formatted(clocks);
        return new ClusterLimitStore(
                vertx,
                cluster,
                TestRedis.PATIENT,
                RedisObserver.NONE,
                LimitScripts.load(text -> clock + TestRedis.driven(text, "driven()")));
    }

    void at(long micros) {
        for (int i = 0; i < tags.size(); i++) {
            String tag = "{" + tags.get(i) + "}";
            String reply =
                    primary(i).ask("MSET " + tag + "s " + micros / 1_000_000 + " " + tag + "us " + micros % 1_000_000);
            if (!reply.startsWith("+OK")) {
                throw new IllegalStateException(reply);
            }
        }
    }

    /** Where the key lies; waits for the connection if need be. */
    Response call(String key, Command command, Object... args) {
        return await().ignoreExceptions()
                .until(() -> TestRedis.await(cluster.at(key).send(Request.cmd(command, args))), reply -> true);
    }

    void empty() {
        for (int i = 0; i < tags.size(); i++) {
            primary(i).ask("FLUSHALL");
        }
    }

    Set<String> primaries() {
        return cluster.map().primaries();
    }

    @Override
    public void close() {
        cluster.close();
        TestRedis.await(vertx.close());
        servers.close();
    }
}
