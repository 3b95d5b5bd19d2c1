package io.sluice.origin.postgres;

import static io.sluice.origin.postgres.TestDatabase.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lanes by themselves, on their event loop. */
class LaneTest {
    private static final Vertx VERTX = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private static final ContextInternal LOOP = (ContextInternal) VERTX.getOrCreateContext();
    /** Milliseconds between two looks. */
    private static final long TICK = 4;

    private static TestDatabase database;
    private static Pool pool;

    @BeforeAll
    static void start(@TempDir Path work) {
        database = new TestDatabase(work, VERTX, 4);
        pool = database.pool;
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
    }

    private static <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        LOOP.runOnContext(here -> {
            try {
                done.complete(task.get());
            } catch (RuntimeException | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(20, TimeUnit.SECONDS);
    }

    private static Ride<Integer> ride(double seconds, long deadline) {
        return Ride.of(
                connection -> connection
                        .query("SELECT pg_sleep(" + seconds + ")")
                        .execute()
                        .map(rows -> 1),
                millis -> Future.succeededFuture(2),
                LOOP,
                new Pace(),
                deadline);
    }

    @Test
    void a_lane_that_is_about_to_cancel_takes_nothing_back_that_it_moves_away() throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        long far = System.nanoTime() + 60_000_000_000L;
        List<Boolean> open = new ArrayList<>();
        CompletableFuture<SqlConnection> borrowed = new CompletableFuture<>();
        LOOP.runOnContext(here -> pool.getConnection().onSuccess(borrowed::complete));
        SqlConnection connection = borrowed.get(20, TimeUnit.SECONDS);
        Future<Integer> behind = onLoop(() -> {
            long now = System.nanoTime();
            Lane lane = new Lane(LOOP, connection, now, ended -> {
                RotatingPool.giveBack(ended.connection());
                over.complete(null);
            });
            Ride<Integer> second = ride(0, far);
            lane.send(ride(30, now), now);
            assertTrue(lane.isOpen(now), "one that has just begun lets others stand behind it");
            lane.send(second, now);
            lane.look(now, again -> {
                open.add(lane.isOpen(now));
                return false;
            });
            lane.drain();
            return second.future();
        });
        assertEquals(2, get(behind));
        assertEquals(List.of(false), open);
        over.get(20, TimeUnit.SECONDS);
    }

    @Test
    void a_loop_has_one_timer_for_its_lanes_whatever_is_moved() throws Exception {
        AtomicInteger due = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        LoopLanes lanes =
                new LoopLanes(counting(due, most), () -> 3, () -> pool.getConnection(), RotatingPool::giveBack);
        long far = System.nanoTime() + 60_000_000_000L;
        // As many at once as need another lane, until there are two.
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> onLoop(() -> {
                    int taken = 0;
                    while (taken < 20 && lanes.take(ride(0, far))) {
                        taken++;
                    }
                    return taken == 20;
                }));
        for (int round = 0; round < 5; round++) {
            List<Future<Integer>> behind = onLoop(() -> {
                List<Future<Integer>> all = new ArrayList<>();
                for (double seconds : new double[] {0.1, 0, 0, 0}) {
                    Ride<Integer> ride = ride(seconds, far);
                    all.add(ride.future());
                    if (!lanes.take(ride)) {
                        ride.leave(System.nanoTime());
                    }
                }
                return all;
            });
            for (Future<Integer> one : behind) {
                get(one);
            }
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> due.get() == 0);
        assertEquals(1, most.get());
    }

    /** @param most timers for looks that were due at once */
    @SuppressWarnings("unchecked")
    private static ContextInternal counting(AtomicInteger due, AtomicInteger most) {
        return (ContextInternal) Proxy.newProxyInstance(
                LaneTest.class.getClassLoader(), new Class<?>[] {ContextInternal.class}, (proxy, method, given) -> {
                    try {
                        if (method.getName().equals("setTimer") && (long) given[0] == TICK) {
                            most.accumulateAndGet(due.incrementAndGet(), Math::max);
                            Handler<Long> then = (Handler<Long>) given[1];
                            return LOOP.setTimer(TICK, fired -> {
                                due.decrementAndGet();
                                then.handle(fired);
                            });
                        }
                        return method.invoke(LOOP, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
