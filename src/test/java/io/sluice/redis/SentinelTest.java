package io.sluice.redis;

import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import io.sluice.demo.EmbeddedSentinel;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import io.sluice.limit.Window;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SentinelTest {
    private static final Logger LOG = Logger.getLogger(SentinelTest.class);

    private static final int CALLERS = 8;

    private final EmbeddedSentinel servers = new EmbeddedSentinel();
    private final Vertx vertx = Vertx.vertx();
    private final PinnedConnections connections = new PinnedConnections(
            vertx,
            () -> Redis.createClient(
                    vertx,
                    new RedisOptions()
                            .setType(RedisClientType.SENTINEL)
                            .setMasterName(EmbeddedSentinel.NAME)
                            .setConnectionString(servers.url())
                            .setMaxPoolSize(2)
                            .setMaxPoolWaiting(2)));
    private final RedisLimitStore store =
            new RedisLimitStore(vertx, connections, Duration.ofMillis(100), RedisObserver.NONE);

    @AfterEach
    void stop() {
        connections.close();
        TestRedis.await(vertx.close());
        servers.close();
    }

    private boolean allowed(Ask ask) {
        return one(store, ask) instanceof Allowed;
    }

    /**
     * What a failover can cost: decisions that the old primary acknowledged and the replica never heard of. Requests go
     * on for as long as it takes; whatever is admitted over the quota was admitted in the last second before the loss.
     */
    @Test
    void a_failover_under_load_admits_again_at_most_what_was_admitted_in_the_last_second_before_it() {
        int quota = 200_000;
        Ask ask = ask(fixed(quota, Window.month()), "k", 1);
        await().until(() -> allowed(ask));
        Deque<Long> acknowledged = new ConcurrentLinkedDeque<>();
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    if (allowed(ask)) {
                        acknowledged.add(System.nanoTime());
                    }
                }
            }));
        }
        await().until(() -> acknowledged.size() > quota / 20);
        long died = System.nanoTime();
        servers.primary().close();
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(30))
                .until(() -> acknowledged.getLast() - died > TimeUnit.MILLISECONDS.toNanos(500));
        over.set(true);
        callers.forEach(CompletableFuture::join);
        long back = acknowledged.stream()
                .filter(at -> at > died + 400_000_000)
                .findFirst()
                .orElseThrow();
        long admitted = acknowledged.size() + 1L;
        long away = TimeUnit.NANOSECONDS.toMillis(back - died);
        long counted = quota - ((Allowed) one(store, new Ask(ask.limit(), ask.key(), 0))).remaining();
        long lastSecond = acknowledged.stream()
                .filter(at -> at < back && died - at < TimeUnit.SECONDS.toNanos(1))
                .count();
        long forgotten = admitted - counted;
        LOG.infof(
                "a failover under load: %d ms without a primary; forgotten %d of %d decisions in the second before it",
                away, forgotten, lastSecond);
        assertTrue(
                forgotten <= lastSecond,
                forgotten + " of " + admitted + " forgotten, " + lastSecond + " in the last second");
        assertTrue(lastSecond > 100, "there was load");
    }

    @Test
    void a_failover_forgets_exactly_what_the_replica_was_not_told() {
        Ask ask = ask(fixed(100, Window.month()), "k", 1);
        await().until(() -> allowed(ask));
        admit(ask, 39);
        servers.awaitReplica();
        // The connections that there are stay; a replica that must come again is let in no more.
        servers.primary().ask("CONFIG SET requirepass secret\r\nCLIENT KILL TYPE replica");
        await().until(() -> servers.replica().ask("INFO replication").contains("master_link_status:down"));
        admit(ask, 30);
        servers.primary().close();
        await().pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(30))
                .until(() -> one(store, new Ask(ask.limit(), ask.key(), 0)) instanceof Allowed);
        admit(ask, 60);
        assertInstanceOf(Denied.class, one(store, ask));
    }

    private void admit(Ask ask, int n) {
        for (int i = 0; i < n; i++) {
            assertInstanceOf(Allowed.class, one(store, ask));
        }
    }

    @Test
    void all_event_loops_go_to_the_new_primary_when_the_old_one_hangs_and_stay_there_when_it_is_back() {
        List<String> told = new CopyOnWriteArrayList<>();
        connections.onNewServer((runId, connection) -> {
            told.add(runId);
            return connection.send(Request.cmd(Command.PING));
        });
        List<Context> loops = List.of(
                ((VertxInternal) vertx).createEventLoopContext(), ((VertxInternal) vertx).createEventLoopContext());
        loops.forEach(
                loop -> await().until(() -> port(loop) == servers.primary().port()));
        servers.primary().pause();
        try {
            loops.forEach(loop -> await().atMost(Duration.ofSeconds(40))
                    .until(() -> port(loop) == servers.replica().port()));
        } finally {
            servers.primary().resume();
        }
        await().atMost(Duration.ofSeconds(40))
                .until(() -> role(servers.primary()).contains("slave"));
        loops.forEach(loop -> assertEquals(servers.replica().port(), port(loop)));
        assertEquals(1, told.size());
    }

    private static String role(EmbeddedRedis server) {
        return server.ask("INFO replication");
    }

    /** Of the server that the event loop is connected to; -1: of none. */
    private int port(Context loop) {
        Promise<Response> reply = Promise.promise();
        loop.runOnContext(v -> {
            long patience = vertx.setTimer(200, late -> reply.tryFail("late"));
            connections.send(Request.cmd(Command.INFO).arg("server")).onComplete(done -> {
                vertx.cancelTimer(patience);
                if (done.succeeded()) {
                    reply.tryComplete(done.result());
                } else {
                    reply.tryFail(done.cause());
                }
            });
        });
        try {
            String info = TestRedis.await(reply.future()).toString();
            int from = info.indexOf("tcp_port:") + "tcp_port:".length();
            return Integer.parseInt(info.substring(from, info.indexOf('\r', from)));
        } catch (IllegalStateException notConnected) {
            return -1;
        }
    }
}
