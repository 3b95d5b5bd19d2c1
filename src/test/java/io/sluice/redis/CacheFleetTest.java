package io.sluice.redis;

import static io.sluice.cache.Drafts.ANY;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Asked;
import io.sluice.cache.CacheKey;
import io.sluice.cache.Drafts;
import io.sluice.cache.Entry;
import io.sluice.cache.Load;
import io.sluice.cache.Loader;
import io.sluice.cache.Lookup;
import io.sluice.demo.EmbeddedRedis;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three instances on one real Redis. */
class CacheFleetTest {
    private static final AtomicInteger KEYS = new AtomicInteger();

    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedRedis redis = new EmbeddedRedis();
    private final List<Instance> fleet = new ArrayList<>();
    private final CacheKey key = new CacheKey("product", "/" + KEYS.incrementAndGet());

    @BeforeEach
    void start() {
        for (int i = 0; i < 3; i++) {
            fleet.add(new Instance(vertx, redis.url()));
        }
        fleet.forEach(Instance::ready);
    }

    @AfterEach
    void stop() {
        fleet.forEach(Instance::close);
        redis.close();
        vertx.close();
    }

    /** The loads of an instance: they end when the test says so. */
    private static final class Origin implements Loader<String> {
        final AtomicInteger loads = new AtomicInteger();
        final Queue<UniEmitter<? super Load<String>>> running = new ConcurrentLinkedQueue<>();

        @Override
        public Uni<Load<String>> load(@Nullable Entry stored) {
            loads.incrementAndGet();
            return Uni.createFrom().emitter(emitter -> running.add(emitter));
        }

        @Override
        public void discard(String answer) {}

        void end(Load<String> load) {
            UniEmitter<? super Load<String>> first = running.poll();
            if (first != null) {
                first.complete(load);
            }
        }

        void end(String body) {
            end(new Load.Storable<>(Drafts.draft(body)));
        }
    }

    private List<Asked> crowd(Instance instance, Loader<String> origin, int callers) {
        return IntStream.range(0, callers)
                .mapToObj(i -> new Asked(instance.cache.lookup(key, ANY, origin)))
                .toList();
    }

    private static void eventually(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(8)).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private static boolean answered(List<Asked> all) {
        return all.stream().allMatch(asked -> asked.answer != null || asked.error != null);
    }

    @Test
    void three_hundred_callers_on_a_cold_key_of_three_instances_cost_one_load() throws Exception {
        Origin origin = new Origin();
        Queue<Asked> all = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(12);
        for (int i = 0; i < 300; i++) {
            Instance instance = fleet.get(i % 3);
            threads.execute(() -> all.add(new Asked(instance.cache.lookup(key, ANY, origin))));
        }
        eventually(() -> all.size() == 300 && origin.loads.get() == 1);
        origin.end("v");
        eventually(() -> answered(List.copyOf(all)));
        threads.shutdownNow();
        assertEquals(1, origin.loads.get());
        all.forEach(asked -> assertEquals("v", asked.body(), () -> "" + asked.answer + asked.error));
        fleet.forEach(instance -> assertEquals(
                "v", Objects.requireNonNull(instance.cache.fresh(key, ANY)).prepared()));
    }

    @Test
    void when_the_loading_instance_dies_one_other_takes_over_within_the_lease_and_nobody_fails() {
        Origin first = new Origin();
        crowd(fleet.get(0), first, 100);
        eventually(() -> first.loads.get() == 1);
        Origin others = new Origin();
        List<Asked> waiting = new ArrayList<>(crowd(fleet.get(1), others, 100));
        waiting.addAll(crowd(fleet.get(2), others, 100));
        long died = System.nanoTime();
        fleet.get(0).die();
        eventually(() -> others.loads.get() == 1);
        long taken = (System.nanoTime() - died) / 1000;
        others.end("v");
        eventually(() -> answered(waiting));
        waiting.forEach(asked -> assertEquals("v", asked.body()));
        assertEquals(1, others.loads.get());
        assertTrue(taken < Instance.SETTINGS.lease() * 1.4, "taken over after " + taken + " us");
    }

    @Test
    void a_load_longer_than_its_lease_keeps_it() {
        Origin first = new Origin();
        List<Asked> all = new ArrayList<>(crowd(fleet.get(0), first, 3));
        eventually(() -> first.loads.get() == 1);
        Origin others = new Origin();
        all.addAll(crowd(fleet.get(1), others, 3));
        await().during(Duration.ofMillis(2 * Instance.SETTINGS.lease() / 1000))
                .atMost(Duration.ofSeconds(8))
                .until(() -> others.loads.get() == 0);
        first.end("v");
        eventually(() -> answered(all));
        all.forEach(asked -> assertEquals("v", asked.body()));
        assertEquals(0, others.loads.get());
    }

    @Test
    void an_invalidation_while_a_load_runs_keeps_its_value_from_everyone() {
        Origin origin = new Origin();
        List<Asked> all = new ArrayList<>(crowd(fleet.get(0), origin, 20));
        eventually(() -> origin.loads.get() == 1);
        all.addAll(crowd(fleet.get(1), origin, 20));
        fleet.get(2).cache.invalidate(List.of("product:42")).await().atMost(Duration.ofSeconds(5));
        origin.end("old");
        eventually(() -> origin.loads.get() == 2);
        assertFalse(all.stream().anyMatch(asked -> asked.answer != null));
        fleet.forEach(instance -> assertNull(instance.cache.fresh(key, ANY)));
        origin.end("new");
        eventually(() -> answered(all));
        all.forEach(asked -> assertEquals("new", asked.body()));
        assertEquals(2, origin.loads.get());
    }

    @Test
    void after_an_acknowledged_invalidation_no_instance_serves_the_older_value() {
        Origin origin = new Origin();
        List<Asked> all = fleet.stream()
                .map(instance -> new Asked(instance.cache.lookup(key, ANY, origin)))
                .toList();
        eventually(() -> origin.loads.get() == 1);
        origin.end("old");
        eventually(() -> answered(all));
        for (int i = 0; i < 3; i++) {
            Instance invalidating = fleet.get(i);
            invalidating.cache.invalidate(List.of("product")).await().atMost(Duration.ofSeconds(5));
            fleet.forEach(instance -> assertNull(instance.cache.fresh(key, ANY)));
            Asked again = new Asked(invalidating.cache.lookup(key, ANY, Drafts.now("new" + i)));
            eventually(() -> answered(List.of(again)));
            assertEquals("new" + i, again.body());
        }
    }

    @Test
    void a_failure_reaches_all_instances_at_once() {
        Origin origin = new Origin();
        List<Asked> all = new ArrayList<>(crowd(fleet.get(0), origin, 5));
        eventually(() -> origin.loads.get() == 1);
        all.addAll(crowd(fleet.get(1), origin, 5));
        all.addAll(crowd(fleet.get(2), origin, 5));
        eventually(() -> held());
        origin.end(new Load.Failed<>("503"));
        eventually(() -> answered(all));
        all.forEach(asked -> assertEquals(
                "503", assertInstanceOf(Lookup.Failed.class, asked.answer).answer()));
        assertEquals(1, origin.loads.get());
    }

    /** Whether the others have found the lease held. */
    private boolean held() {
        return fleet.get(0)
                        .commands
                        .send(Request.cmd(Command.HGET)
                                .arg("sluice:l2:product\n" + key.text())
                                .arg("waited"))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join()
                != null;
    }

    @Test
    void an_answer_that_cannot_be_shared_sends_the_others_on_their_own_at_once() {
        Origin origin = new Origin();
        List<Asked> leading = crowd(fleet.get(0), origin, 2);
        eventually(() -> origin.loads.get() == 1);
        List<Asked> others = crowd(fleet.get(1), origin, 2);
        eventually(this::held);
        origin.end(new Load.Passing<>("stream"));
        eventually(() -> answered(leading) && answered(others));
        assertEquals(new Lookup.Passed<>("stream", false, ""), leading.get(0).answer);
        assertEquals(new Lookup.Alone<>(), leading.get(1).answer);
        others.forEach(asked -> assertEquals(new Lookup.Alone<>(), asked.answer));
    }

    @Test
    void waiters_are_answered_when_redis_stops_while_a_load_runs_and_the_cache_comes_back_with_it() {
        Origin origin = new Origin();
        List<Asked> all = new ArrayList<>(crowd(fleet.get(0), origin, 10));
        eventually(() -> origin.loads.get() == 1);
        redis.close();
        eventually(() -> !fleet.get(0).backplane.alive());
        origin.end("v");
        eventually(() -> answered(all));
        all.forEach(asked -> {
            assertEquals("v", asked.body());
            assertFalse(assertInstanceOf(Lookup.Loaded.class, asked.answer).stored());
        });
        Asked alone = new Asked(fleet.get(1).cache.lookup(key, ANY, Drafts.now("w")));
        eventually(() -> answered(List.of(alone)));
        assertEquals("w", alone.body());
        assertNull(fleet.get(1).cache.fresh(key, ANY), "nothing is kept near while nothing tells when it is void");
        redis.startAgain();
        fleet.forEach(Instance::ready);
        Asked again = new Asked(fleet.get(2).cache.lookup(key, ANY, Drafts.now("x")));
        eventually(() -> answered(List.of(again)));
        assertTrue(assertInstanceOf(Lookup.Loaded.class, again.answer).stored());
    }

    @Test
    void after_an_empty_restart_no_near_entry_from_before_is_served() {
        Origin origin = new Origin();
        List<Asked> all = fleet.stream()
                .map(instance -> new Asked(instance.cache.lookup(key, ANY, origin)))
                .toList();
        eventually(() -> origin.loads.get() == 1);
        origin.end("before");
        eventually(() -> answered(all));
        redis.restart();
        eventually(() -> fleet.stream().noneMatch(instance -> instance.backplane.believes()));
        fleet.forEach(Instance::ready);
        for (Instance instance : fleet) {
            assertNull(instance.cache.fresh(key, ANY));
            assertTrue(instance.store.barriers().isVoid(new String[0], before(all)), "everything before is void");
        }
        Asked again = new Asked(fleet.get(0).cache.lookup(key, ANY, Drafts.now("after")));
        eventually(() -> answered(List.of(again)));
        assertEquals("after", again.body());
    }

    private static long before(List<Asked> all) {
        Lookup<String, String> answer = all.get(0).answer;
        return answer instanceof Lookup.Hit<String, String> hit
                ? hit.near().entry().start()
                : assertInstanceOf(Lookup.Loaded.class, answer).near().entry().start();
    }
}
