package io.sluice.cache;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real threads. */
class CoalescingTest {
    private static final int THREADS = 8;
    private static final int INVALIDATIONS = 100;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Cache<String, String> cache = new Cache<>(
            new LocalCacheStore(() -> System.nanoTime() / 1000),
            Drafts::prepared,
            Drafts.FAILURES,
            Drafts.SETTINGS,
            Timer.on(timer),
            System::nanoTime,
            new Random(1));

    /** What Mutiny sets up at its first use it does not set up from many threads at once. */
    @BeforeAll
    static void use_mutiny_once() {
        assertEquals(
                1,
                Uni.createFrom().emitter(emitter -> emitter.complete(1)).await().indefinitely());
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        timer.shutdownNow();
    }

    @Test
    void callers_on_all_threads_cost_one_load_per_key_and_everyone_is_answered() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        Queue<Asked> all = new ConcurrentLinkedQueue<>();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        int rounds = 300;
        for (int t = 0; t < THREADS; t++) {
            threads.execute(() -> {
                for (int i = 0; i < rounds; i++) {
                    try {
                        together.await();
                    } catch (Exception e) {
                        return;
                    }
                    CacheKey key = new CacheKey("product", "/" + i);
                    Loader<String> loader = new Loader<>() {
                        @Override
                        public Uni<Load<String>> load(@Nullable Entry stored) {
                            loads.incrementAndGet();
                            return Uni.createFrom()
                                    .emitter(emitter -> timer.execute(
                                            () -> emitter.complete(new Load.Storable<>(Drafts.draft("v")))));
                        }

                        @Override
                        public void discard(String answer) {}
                    };
                    all.add(new Asked(cache.lookup(key, Drafts.ANY, loader)));
                }
            });
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> all.size() == rounds * THREADS && all.stream().allMatch(asked -> asked.answer != null));
        assertEquals(rounds, loads.get(), "one load per key");
        assertTrue(all.stream().allMatch(asked -> "v".equals(asked.body())));
    }

    @Test
    void nobody_sees_a_value_older_than_an_invalidation_that_was_acknowledged_before_it_asked() {
        AtomicInteger committed = new AtomicInteger();
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        Loader<String> loader = new Loader<>() {
            @Override
            public Uni<Load<String>> load(@Nullable Entry stored) {
                String read = Integer.toString(committed.get());
                return Uni.createFrom()
                        .emitter(emitter ->
                                timer.execute(() -> emitter.complete(new Load.Storable<>(Drafts.draft(read)))));
            }

            @Override
            public void discard(String answer) {}
        };
        for (int t = 0; t < THREADS - 1; t++) {
            threads.execute(() -> {
                while (!over.get()) {
                    int least = acknowledged.get();
                    Near<String> near = cache.fresh(Drafts.KEY, Drafts.ANY);
                    if (near != null) {
                        check(near.prepared(), least, wrong);
                        reads.incrementAndGet();
                    } else {
                        Lookup<String, String> answer = cache.lookup(Drafts.KEY, Drafts.ANY, loader)
                                .await()
                                .atMost(Duration.ofSeconds(5));
                        check(String.valueOf(body(answer)), least, wrong);
                    }
                }
            });
        }
        for (int i = 1; i <= INVALIDATIONS; i++) {
            committed.set(i);
            cache.invalidate(List.of("product:42")).await().atMost(Duration.ofSeconds(5));
            int before = reads.get();
            acknowledged.set(i);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> reads.get() > before);
        }
        over.set(true);
        assertEquals(List.of(), List.copyOf(wrong));
    }

    private static void check(String value, int least, Queue<String> wrong) {
        if (Integer.parseInt(value) < least) {
            wrong.add(value + " after " + least);
        }
    }

    private static Object body(Lookup<String, String> answer) {
        if (answer instanceof Lookup.Hit<String, String> hit) {
            return hit.near().prepared();
        }
        return answer instanceof Lookup.Loaded<String, String> loaded
                ? loaded.near().prepared()
                : answer;
    }
}
