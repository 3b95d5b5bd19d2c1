package io.sluice.origin.postgres;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommitQueueTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final RecordedCache cache = new RecordedCache();
    private final RecordedObserver observer = new RecordedObserver();
    private final List<String> settled = new CopyOnWriteArrayList<>();
    private final CommitQueue queue = new CommitQueue(loop, vertx, cache, observer);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void run(Runnable task) {
        loop.runOnContext(here -> task.run());
    }

    private void settle(String who) {
        queue.settled(known -> settled.add(who + " " + known));
    }

    private void awaitSettled(String... all) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(List.of(all), settled));
    }

    private void awaitAsked(List<?>... asked) {
        await().atMost(SOON).untilAsserted(() -> assertEquals(List.of(asked), cache.asked()));
    }

    @Test
    void what_comes_while_one_is_under_way_goes_together() {
        cache.hold();
        run(() -> {
            queue.add(new Committed(null, List.of("a:1")));
            queue.add(new Committed(null, List.of("a:2")));
            queue.add(new Committed(null, List.of("a:3", "a:2")));
        });
        cache.release();

        awaitAsked(List.of("a:1"), List.of("a:2", "a:3"));
        await().atMost(SOON).untilAsserted(() -> assertEquals(2, observer.invalidated.get()));
    }

    @Test
    void one_that_takes_long_keeps_the_next_one_waiting_for_a_moment_only() {
        cache.hold();
        run(() -> {
            queue.add(new Committed(null, List.of("a:1")));
            queue.add(new Committed(null, List.of("a:2")));
        });

        awaitAsked(List.of("a:1"), List.of("a:2"));
        assertEquals(0, observer.invalidated.get());
        cache.release();
        await().atMost(SOON).untilAsserted(() -> assertEquals(2, observer.invalidated.get()));
    }

    @Test
    void after_a_failure_everything_goes_first_and_again_until_it_is_taken() {
        AtomicInteger told = new AtomicInteger();
        cache.fail(3);
        run(() -> queue.add(new Committed(null, List.of("a:1"))));
        run(() -> queue.add(new Committed(null, List.of("a:2"))));
        run(() -> queue.everything(told::incrementAndGet));

        await().atMost(SOON).untilAsserted(() -> assertEquals(1, told.get()));
        assertEquals(List.of("a:1"), cache.asked().get(0));
        assertEquals(RecordedCache.EVERYTHING, cache.asked().get(cache.asked().size() - 1));
        assertEquals(
                1, cache.asked().stream().filter(List.of("a:1")::equals).count(), "it is covered: " + cache.asked());
        run(() -> queue.add(new Committed(null, List.of("a:3"))));
        await().atMost(SOON)
                .untilAsserted(() -> assertEquals(
                        List.of("a:3"), cache.asked().get(cache.asked().size() - 1)));
    }

    @Test
    void what_throws_is_a_failure() {
        cache.throwOnce();
        run(() -> queue.add(new Committed(null, List.of("a:1"))));

        awaitAsked(List.of("a:1"), RecordedCache.EVERYTHING);
    }

    @Test
    void it_is_settled_when_all_that_was_added_before_is_acknowledged_and_no_sooner() {
        run(() -> settle("nothing"));
        awaitSettled("nothing true");
        cache.hold();
        run(() -> {
            queue.add(new Committed(null, List.of("a:1")));
            settle("first");
            queue.add(new Committed(null, List.of("a:2")));
            settle("second");
        });
        awaitAsked(List.of("a:1"), List.of("a:2"));
        run(() -> settle("third"));

        cache.releaseNewest();
        await().atMost(SOON).untilAsserted(() -> assertEquals(1, observer.invalidated.get()));
        assertEquals(List.of("nothing true"), settled, "the older one is not acknowledged yet");
        cache.release();
        awaitSettled("nothing true", "first true", "second true", "third true");
    }

    @Test
    void while_the_store_takes_nothing_nobody_waits_for_it() {
        cache.hold();
        run(() -> {
            queue.add(new Committed(null, List.of("a:1")));
            settle("before");
        });
        awaitAsked(List.of("a:1"));
        cache.failHeld();
        awaitSettled("before false");
        run(() -> settle("meanwhile"));
        awaitSettled("before false", "meanwhile false");

        cache.release();
        await().atMost(SOON).untilAsserted(() -> assertEquals(1, observer.invalidated.get()));
        run(() -> settle("after"));
        awaitSettled("before false", "meanwhile false", "after true");
    }

    @Test
    void commits_that_go_together_are_told_apart_as_long_as_they_have_names() {
        cache.hold();
        run(() -> {
            queue.add(new Committed("1", List.of("a:1")));
            queue.add(new Committed("2", List.of("a:1")));
            queue.add(new Committed(null, List.of("a:2")));
            queue.add(new Committed("3", List.of("a:1", "b")));
            queue.add(new Committed("2", List.of("c")));
        });
        cache.release();

        await().atMost(SOON).untilAsserted(() -> assertEquals(2, observer.invalidated.get()));
        assertEquals(
                List.of(
                        new Committed("1", List.of("a:1")),
                        new Committed("2", List.of("a:1", "c")),
                        new Committed(null, List.of("a:2")),
                        new Committed("3", List.of("a:1", "b"))),
                cache.told);
    }
}
