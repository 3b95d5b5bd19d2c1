package io.sluice.redis;

import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedCluster;
import io.sluice.demo.EmbeddedRedis;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Unavailable;
import io.sluice.limit.Window;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@SuppressWarnings("NullAway.Init")
class ClusterTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private TestCluster redis;
    private ClusterLimitStore store;

    private void cluster(int replicasEach) {
        redis = new TestCluster(replicasEach);
        store = redis.store(DEADLINE);
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    /** Of a counter that a primary has. */
    private static Ask on(int primary) {
        return ask(fixed(1_000_000, Window.month()), TestCluster.nameOn(primary, "k"), 1);
    }

    private long left(Ask ask) {
        return assertInstanceOf(Allowed.class, one(store, ask)).remaining();
    }

    private static void ok(String reply) {
        assertTrue(reply.startsWith("+"), reply);
    }

    /** Moves a slot, whatever it holds, in the way in which an operator's tool does. */
    private void move(Ask ask, EmbeddedRedis from, EmbeddedRedis to) {
        int slot = HashSlot.of(ask.key());
        ok(to.ask("CLUSTER SETSLOT " + slot + " IMPORTING " + EmbeddedCluster.id(from)));
        ok(from.ask("CLUSTER SETSLOT " + slot + " MIGRATING " + EmbeddedCluster.id(to)));
        ok(from.ask("MIGRATE 127.0.0.1 " + to.port() + " " + ask.key() + " 0 1000"));
    }

    private void finish(Ask ask, EmbeddedRedis from, EmbeddedRedis to) {
        String node = "CLUSTER SETSLOT " + HashSlot.of(ask.key()) + " NODE " + EmbeddedCluster.id(to);
        ok(to.ask(node));
        ok(from.ask(node));
    }

    @Test
    void a_counter_is_followed_while_its_slot_moves_and_loses_nothing() {
        cluster(0);
        Ask ask = on(0);
        assertEquals(999_999, left(ask));
        move(ask, redis.primary(0), redis.primary(1));
        assertEquals(999_998, left(ask), "by ASK");
        assertEquals(999_997, left(ask));
        finish(ask, redis.primary(0), redis.primary(1));
        assertEquals(999_996, left(ask), "by MOVED");
        await().until(() ->
                TestCluster.address(redis.primary(1)).equals(redis.cluster.map().owner(HashSlot.of(ask.key()))));
        assertEquals(999_995, left(ask), "by the map");
    }

    @Test
    void the_map_mends_itself_when_a_node_that_knows_better_redirects() {
        cluster(0);
        Ask ask = on(2);
        left(ask);
        move(ask, redis.primary(2), redis.primary(0));
        finish(ask, redis.primary(2), redis.primary(0));
        long from = System.nanoTime();
        left(ask);
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> TestCluster.address(redis.primary(0))
                        .equals(redis.cluster.map().owner(HashSlot.of(ask.key()))));
        assertTrue(System.nanoTime() - from < 900_000_000, "it was not left to the look that comes every second");
    }

    @Test
    void limits_go_on_where_nodes_live_and_are_taken_up_by_the_replica_where_one_died() {
        cluster(1);
        store = redis.store(Duration.ofMillis(200));
        List<Ask> asks = List.of(on(0), on(1), on(2));
        asks.forEach(ask -> await().until(() -> one(store, ask) instanceof Allowed));
        redis.primary(0).close();
        assertInstanceOf(Unavailable.class, one(store, asks.get(0)));
        int others = 0;
        while (one(store, asks.get(0)) instanceof Unavailable) {
            assertInstanceOf(Allowed.class, one(store, asks.get(1)), "another node's limits wait for nobody");
            others++;
        }
        assertTrue(others > 3, "it took a while: " + others);
        String now = redis.cluster.map().owner(HashSlot.of(asks.get(0).key()));
        assertEquals(TestCluster.address(redis.servers.nodes().get(3)), now);
    }

    @Test
    void a_node_that_hangs_is_left_for_its_replica_and_holds_nobody_up() {
        cluster(1);
        store = redis.store(Duration.ofMillis(100));
        List<Ask> asks = List.of(on(0), on(1), on(2));
        asks.forEach(ask -> await().until(() -> one(store, ask) instanceof Allowed));
        redis.primary(2).pause();
        try {
            await().until(() -> one(store, asks.get(2)) instanceof Unavailable);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                assertInstanceOf(Allowed.class, one(store, asks.get(1)), "the other nodes' limits go on");
                return one(store, asks.get(2)) instanceof Allowed;
            });
        } finally {
            redis.primary(2).resume();
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> redis.primary(2).ask("INFO replication").contains("role:slave"));
        assertInstanceOf(Allowed.class, one(store, asks.get(2)));
        assertEquals(
                TestCluster.address(redis.servers.nodes().get(5)),
                redis.cluster.map().owner(HashSlot.of(asks.get(2).key())));
    }

    @Test
    void what_stays_with_one_key_goes_with_it_and_is_told_of_the_other_server() {
        cluster(0);
        Ask ask = on(1);
        PinnedConnections connections = new PinnedConnections(redis.vertx, redis.cluster.home(ask.key()));
        List<String> told = new CopyOnWriteArrayList<>();
        connections.onNewServer((runId, connection) -> {
            told.add(runId);
            return connection.send(Request.cmd(Command.PING));
        });
        redis.cluster.onMove(ask.key(), connections::redial);
        // A listener hears of the next change; the first tells it where the key is.
        await().until(() -> port(connections) == redis.primary(1).port());
        Ask other = on(0);
        move(other, redis.primary(0), redis.primary(2));
        finish(other, redis.primary(0), redis.primary(2));
        await().until(() ->
                TestCluster.address(redis.primary(2)).equals(redis.cluster.map().owner(HashSlot.of(other.key()))));
        assertEquals(List.of(), told, "another key's move is nothing to it");
        move(ask, redis.primary(1), redis.primary(0));
        finish(ask, redis.primary(1), redis.primary(0));
        await().until(() -> port(connections) == redis.primary(0).port());
        assertEquals(1, told.size());
        assertNotEquals("", told.get(0));
        connections.close();
    }

    private static int port(PinnedConnections connections) {
        try {
            String info = TestRedis.await(
                            connections.send(Request.cmd(Command.INFO).arg("server")))
                    .toString();
            int from = info.indexOf("tcp_port:") + "tcp_port:".length();
            return Integer.parseInt(info.substring(from, info.indexOf('\r', from)));
        } catch (IllegalStateException notConnected) {
            return -1;
        }
    }
}
