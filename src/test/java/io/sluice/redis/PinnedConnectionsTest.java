package io.sluice.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PinnedConnectionsTest {
    private final TestRedis redis = new TestRedis();
    private final PinnedConnections connections = redis.connections();

    @AfterEach
    void stop() {
        redis.close();
    }

    private Future<Response> on(Context context, Command command, Object... args) {
        Promise<Response> reply = Promise.promise();
        context.runOnContext(v -> connections.send(Request.cmd(command, args)).onComplete(reply));
        return reply.future();
    }

    private boolean answers(Context context) {
        try {
            return "PONG".equals(TestRedis.await(on(context, Command.PING)).toString());
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private List<Context> loops() {
        return List.of(
                ((io.vertx.core.impl.VertxInternal) redis.vertx).createEventLoopContext(),
                ((io.vertx.core.impl.VertxInternal) redis.vertx).createEventLoopContext());
    }

    @Test
    void each_event_loop_has_one_connection_of_its_own_and_is_told_on_its_own_thread() {
        List<Context> loops = loops();
        for (Context loop : loops) {
            await().until(() -> answers(loop));
        }
        String one = TestRedis.await(on(loops.get(0), Command.CLIENT, "ID")).toString();
        String other = TestRedis.await(on(loops.get(1), Command.CLIENT, "ID")).toString();
        assertNotEquals(one, other);
        assertEquals(
                one, TestRedis.await(on(loops.get(0), Command.CLIENT, "ID")).toString());
        for (Context loop : loops) {
            AtomicReference<Thread> mine = new AtomicReference<>();
            AtomicReference<Thread> told = new AtomicReference<>();
            loop.runOnContext(v -> {
                mine.set(Thread.currentThread());
                connections.send(Request.cmd(Command.PING)).onComplete(r -> told.set(Thread.currentThread()));
            });
            await().until(() -> told.get() != null);
            assertEquals(mine.get(), told.get());
        }
    }

    @Test
    void an_event_loop_that_is_held_up_holds_up_no_other() {
        List<Context> loops = loops();
        for (Context loop : loops) {
            await().until(() -> answers(loop));
        }
        for (int i = 0; i < loops.size(); i++) {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            loops.get(i).runOnContext(v -> {
                held.countDown();
                Hold.await(release);
            });
            try {
                Hold.await(held);
                assertTrue(answers(loops.get(1 - i)));
            } finally {
                release.countDown();
            }
        }
    }

    /** Waits as a busy event loop keeps others waiting. */
    private static final class Hold {
        static void await(CountDownLatch latch) {
            try {
                if (!latch.await(20, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody came");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void a_broken_connection_is_replaced_again_and_again() {
        Context loop = loops().get(0);
        for (int i = 0; i < 12; i++) {
            await().until(() -> answers(loop));
            redis.call(Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
        }
        await().until(() -> answers(loop));
        assertTrue(connections.connected());
    }

    @Test
    void a_listener_is_told_of_another_server_before_anything_else_is_sent_to_it() {
        List<String> told = new CopyOnWriteArrayList<>();
        Promise<Void> ready = Promise.promise();
        connections.onNewServer((runId, connection) -> {
            told.add(runId);
            return connection.send(Request.cmd(Command.SET, "prepared", "yes")).compose(reply -> ready.future());
        });
        List<Context> loops = loops();
        for (Context loop : loops) {
            await().until(() -> answers(loop));
        }
        redis.call(Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
        await().until(() -> answers(loops.get(0)));
        assertEquals(List.of(), told, "the same server again is nothing new");

        redis.server.restart();
        await().until(() -> {
            answers(loops.get(0));
            answers(loops.get(1));
            return !told.isEmpty();
        });
        await().until(() -> redis.call(Command.EXISTS, "prepared").toInteger() == 1);
        assertFalse(answers(loops.get(0)) || answers(loops.get(1)), "nothing passes before the listener is done");
        ready.complete();
        for (Context loop : loops) {
            await().until(() -> answers(loop));
        }
        assertEquals(1, told.size(), "once for all event loops");
    }

    @Test
    void what_was_on_its_way_fails_when_the_connection_breaks() {
        Context loop = loops().get(0);
        await().until(() -> answers(loop));
        Future<Response> blocked = on(loop, Command.BLPOP, "nothing", "0");
        await().until(() -> redis.call(Command.INFO, "clients").toString().contains("blocked_clients:1"));
        redis.call(Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
        await().until(blocked::failed);
        assertFalse(Failures.refused(blocked.cause()));
    }
}
