package io.sluice.redis;

import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static io.sluice.limit.Limits.sliding;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import io.sluice.limit.Decision.Unavailable;
import io.sluice.limit.Limit;
import io.sluice.limit.Window;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisFailureTest {
    private final TestRedis redis = new TestRedis();
    private final List<Boolean> breaker = new CopyOnWriteArrayList<>();
    private final RedisObserver observer = new RedisObserver() {
        @Override
        public void breaker(boolean open) {
            breaker.add(open);
        }
    };

    @AfterEach
    void stop() {
        redis.close();
    }

    private RedisLimitStore store() {
        return new RedisLimitStore(redis.vertx, redis.connections(), Duration.ofMillis(20), observer);
    }

    /** Asks n requests, a few at a time, and does something to the server after every hundredth. */
    private static ConcurrentLinkedQueue<Decision> under(RedisLimitStore store, int n, Ask ask, Runnable trouble) {
        ConcurrentLinkedQueue<Decision> decisions = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < n; i++) {
            store.acquire(List.of(ask)).subscribe().with(reply -> decisions.add(reply.get(0)));
            if (i % 100 == 50) {
                trouble.run();
            }
            int sent = i;
            if (i % 10 == 0) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> decisions.size() > sent - 10);
            }
        }
        await().until(() -> decisions.size() == n);
        return decisions;
    }

    private static long count(Iterable<Decision> decisions, Class<? extends Decision> kind) {
        long count = 0;
        for (Decision decision : decisions) {
            count += kind.isInstance(decision) ? 1 : 0;
        }
        return count;
    }

    @Test
    void forgotten_scripts_fail_no_request_and_miscount_none() {
        RedisLimitStore store = redis.store(TestRedis.PATIENT);
        Ask ask = ask(fixed(700, Window.month()), "k", 1);
        var decisions = under(store, 1000, ask, () -> redis.call(Command.SCRIPT, "FLUSH"));
        assertEquals(700, count(decisions, Allowed.class));
        assertEquals(300, count(decisions, Denied.class));
    }

    @Test
    void a_killed_connection_fails_no_request_and_admits_no_more_than_the_quota() {
        RedisLimitStore store = redis.store(TestRedis.PATIENT);
        Ask ask = ask(sliding(700, 86_400), "k", 1);
        var decisions =
                under(store, 1000, ask, () -> redis.call(Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes"));
        assertEquals(0, count(decisions, Unavailable.class));
        assertTrue(count(decisions, Allowed.class) <= 700);
        assertTrue(count(decisions, Allowed.class) >= 700 - 10 * 10, "what was on its way may count twice");
    }

    @Test
    void slots_taken_for_requests_that_were_told_nothing_come_back() throws Exception {
        RedisLimitStore store = store();
        Limit slots = Limit.of("s", new Algorithm.Concurrency(), 3, Window.ofSeconds(15), List.of());
        String key = ask(slots, "k", 0).key();
        await().until(() -> one(store, ask(slots, "k", 0)) instanceof Allowed);
        long pid = pid();
        signal("STOP", pid);
        try {
            for (int i = 1; i <= 3; i++) {
                assertInstanceOf(Unavailable.class, one(store, new Ask(slots, key, 1, 0, false, i)));
            }
        } finally {
            signal("CONT", pid);
        }
        await().atMost(Duration.ofSeconds(3))
                .until(() -> one(store, ask(slots, "k", 0)) instanceof Allowed allowed && allowed.remaining() == 3);
    }

    @Test
    void a_server_that_hangs_is_given_up_at_the_deadline_then_asked_nothing_until_it_is_back() throws Exception {
        RedisLimitStore store = store();
        Ask ask = ask(bucket(1000, 1, 1000), "k", 1);
        await().until(() -> one(store, ask) instanceof Allowed);
        long pid = pid();
        signal("STOP", pid);
        try {
            for (int i = 0; i < 3; i++) {
                long from = System.nanoTime();
                assertInstanceOf(Unavailable.class, one(store, ask));
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
                assertTrue(took >= 15 && took < 1000, took + " ms");
            }
            assertEquals(List.of(true), breaker);
            long from = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                assertInstanceOf(Unavailable.class, one(store, ask));
            }
            assertTrue(System.nanoTime() - from < 100 * 15_000_000L, "requests wait though the breaker is open");
        } finally {
            signal("CONT", pid);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> one(store, ask) instanceof Allowed);
        assertEquals(List.of(true, false), breaker);
    }

    @Test
    void a_server_that_stops_is_found_again_when_it_starts() {
        RedisLimitStore store = store();
        Ask ask = ask(fixed(1000, Window.ofSeconds(3600)), "k", 1);
        await().until(() -> one(store, ask) instanceof Allowed);
        redis.server.close();
        await().until(() -> {
            assertInstanceOf(Unavailable.class, one(store, ask));
            return !breaker.isEmpty();
        });
        redis.server.startAgain();
        await().atMost(Duration.ofSeconds(10)).until(() -> one(store, ask) instanceof Allowed);
        assertEquals(List.of(true, false), breaker);
    }

    @Test
    void what_is_no_counter_counts_as_absent_and_fails_no_other_request() {
        RedisLimitStore store = redis.store(TestRedis.PATIENT);
        List<Ask> asks = List.of(
                ask(fixed(10, Window.ofSeconds(3600)), "k", 1),
                ask(sliding(10, 3600), "k", 1),
                ask(bucket(10, 3600, 10), "k", 1));
        for (String junk : List.of("", "junk", "\0".repeat(18), "\0".repeat(19), "\0".repeat(28), "x".repeat(29))) {
            for (Ask ask : asks) {
                redis.call(Command.SET, ask.key(), junk);
                List<List<Decision>> decided =
                        redis.inOneTick(store, List.of(List.of(ask), List.of(ask(sliding(5, 60), junk, 1))));
                assertInstanceOf(Allowed.class, decided.get(0).get(0));
                assertInstanceOf(Allowed.class, decided.get(1).get(0));
            }
        }
    }

    @Test
    void a_server_out_of_memory_is_unavailable_at_once_and_not_back_before_it_takes_writes() {
        RedisLimitStore store = store();
        Ask ask = ask(fixed(1000, Window.ofSeconds(3600)), "k", 1);
        await().until(() -> one(store, ask) instanceof Allowed);
        redis.call(Command.CONFIG, "SET", "maxmemory", "1");
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(Unavailable.class, one(store, ask));
        }
        await().until(() -> redis.call(Command.INFO, "commandstats")
                .toString()
                .matches("(?s).*cmdstat_set:[^\\r]*rejected_calls=[3-9].*"));
        assertEquals(List.of(true), breaker);
        redis.call(Command.CONFIG, "SET", "maxmemory", "0");
        await().until(() -> one(store, ask) instanceof Allowed);
        assertEquals(List.of(true, false), breaker);
    }

    @Test
    void callers_who_never_come_again_leave_nothing_behind() {
        RedisLimitStore store = redis.store(TestRedis.PATIENT);
        List<List<Ask>> requests = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            String who = UUID.randomUUID().toString();
            requests.add(List.of(
                    ask(fixed(10, Window.ofSeconds(1)), who, 1),
                    ask(sliding(10, 1), who, 1),
                    ask(bucket(10, 1, 10), who, 1)));
        }
        redis.inOneTick(store, requests);
        assertTrue(redis.call(Command.DBSIZE).toInteger() > 0);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> redis.call(Command.DBSIZE).toInteger() == 0);
    }

    private long pid() {
        String info = redis.call(Command.INFO, "server").toString();
        int from = info.indexOf("process_id:") + "process_id:".length();
        return Long.parseLong(info.substring(from, info.indexOf('\r', from)));
    }

    private static void signal(String name, long pid) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor());
    }
}
