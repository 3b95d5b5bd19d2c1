package io.sluice.redis;

import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.Ports;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Unavailable;
import io.sluice.limit.Window;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FailoverTest {
    private static final Ask ASK = ask(fixed(1000, Window.ofSeconds(3600)), "k", 1);

    private final TestRedis before = new TestRedis();
    private final TestRedis after = new TestRedis();
    private final Switch address = new Switch(before.vertx, before.server.port());

    @AfterEach
    void stop() {
        before.close();
        after.close();
    }

    @Test
    void a_primary_that_becomes_a_replica_is_left_for_the_one_that_is_primary_now() {
        PinnedConnections connections = before.connections(address.url());
        RedisLimitStore store =
                new RedisLimitStore(before.vertx, connections, Duration.ofMillis(500), RedisObserver.NONE);
        await().until(() -> one(store, ASK) instanceof Allowed);
        // The old one still takes connections, and keeps those it has. Nothing is there to copy: that would leave a
        // file.
        before.call(Command.REPLICAOF, "127.0.0.1", Ports.free());
        assertInstanceOf(Unavailable.class, one(store, ASK));
        address.to(after.server.port());
        await().until(() -> one(store, ASK) instanceof Allowed);
        assertEquals(1, after.call(Command.EXISTS, ASK.key()).toInteger());
    }

    @Test
    void a_replica_that_becomes_the_primary_is_taken() {
        PinnedConnections connections = before.connections(address.url());
        RedisLimitStore store =
                new RedisLimitStore(before.vertx, connections, Duration.ofMillis(500), RedisObserver.NONE);
        await().until(() -> one(store, ASK) instanceof Allowed);
        before.call(Command.REPLICAOF, "127.0.0.1", Ports.free());
        assertInstanceOf(Unavailable.class, one(store, ASK));
        before.call(Command.REPLICAOF, "NO", "ONE");
        await().until(() -> one(store, ASK) instanceof Allowed);
    }

    @Test
    void all_event_loops_go_where_the_first_of_them_found_another_server() {
        List<String> told = new CopyOnWriteArrayList<>();
        PinnedConnections connections = before.connections(address.url());
        connections.onNewServer((runId, connection) -> {
            told.add(runId);
            return connection.send(Request.cmd(Command.SET, "prepared", "yes"));
        });
        List<Context> loops = List.of(
                ((VertxInternal) before.vertx).createEventLoopContext(),
                ((VertxInternal) before.vertx).createEventLoopContext());
        loops.forEach(loop -> await().until(() -> port(connections, loop) == before.server.port()));
        String one = reply(connections, loops.get(0), Request.cmd(Command.CLIENT, "ID"));
        address.to(after.server.port());
        // The old server is well, and the other event loop is connected to it.
        before.call(Command.CLIENT, "KILL", "ID", one);
        loops.forEach(loop -> await().until(() -> port(connections, loop) == after.server.port()));
        assertEquals(1, told.size());
        assertEquals(1, after.call(Command.EXISTS, "prepared").toInteger());
    }

    @Test
    void a_server_that_accepts_and_says_nothing_is_given_up() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            address.to(mute.getLocalPort());
            PinnedConnections connections = before.connections(address.url());
            Context loop = ((VertxInternal) before.vertx).createEventLoopContext();
            assertEquals(-1, port(connections, loop));
            try (Socket accepted = mute.accept()) {
                address.to(before.server.port());
                await().until(() -> port(connections, loop) == before.server.port());
                assertTrue(accepted.getInputStream().readAllBytes().length > 0, "it was asked, and then left");
            }
        }
    }

    /** Of the server that the event loop is connected to; -1: of none. */
    private static int port(PinnedConnections connections, Context loop) {
        try {
            String info = reply(connections, loop, Request.cmd(Command.INFO, "server"));
            int from = info.indexOf("tcp_port:") + "tcp_port:".length();
            return Integer.parseInt(info.substring(from, info.indexOf('\r', from)));
        } catch (IllegalStateException notConnected) {
            return -1;
        }
    }

    private static String reply(PinnedConnections connections, Context loop, Request request) {
        Promise<Response> reply = Promise.promise();
        loop.runOnContext(v -> connections.send(request).onComplete(reply));
        return TestRedis.await(reply.future()).toString();
    }
}
