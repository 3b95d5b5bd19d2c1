package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Body;
import io.sluice.cache.Draft;
import io.sluice.cache.Entry;
import io.sluice.cache.Load;
import io.sluice.cache.Loader;
import io.sluice.cache.http.AcceptedCodings;
import io.sluice.origin.Answer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompressingTest {
    private static final List<String> TEXT = List.of("Content-Type", "text/plain");
    private static final List<String> NO_TRANSFORM =
            List.of("Content-Type", "text/plain", "Cache-Control", "no-transform");

    /** Brings one load, and says yes to whatever it is asked. */
    private record Brings(Load<Answer> load, AtomicReference<@Nullable Answer> discarded) implements Loader<Answer> {
        @Override
        public Uni<Load<Answer>> load(@Nullable Entry stored) {
            return Uni.createFrom().item(load);
        }

        @Override
        public void discard(Answer answer) {
            discarded.set(answer);
        }

        @Override
        public boolean suitsOthers() {
            return false;
        }

        @Override
        public boolean wantsLess() {
            return true;
        }
    }

    private static Compressing compressing(Load<Answer> load, boolean wanted, AcceptedCodings accepted) {
        return new Compressing(new Brings(load, new AtomicReference<>()), wanted, accepted);
    }

    private static Body body(int length) {
        return Body.of("0123456789".repeat(length / 10).getBytes(StandardCharsets.UTF_8));
    }

    private static Load.Storable<Answer> storable(List<String> headers, Body body) {
        return new Load.Storable<>(
                new Draft(200, headers, body, 0, 1, 2, 0.5, 3, 4, List.of("t"), List.of()), List.of("Own", "x"));
    }

    private static Body stored(Load<Answer> load) {
        Load.Storable<Answer> storable = assertInstanceOf(Load.Storable.class, load);
        assertEquals(List.of("Own", "x"), storable.own());
        assertEquals(List.of("t"), storable.draft().tags());
        return storable.draft().body();
    }

    private static Body stored(Load<Answer> load, boolean wanted, AcceptedCodings accepted) {
        return stored(compressing(load, wanted, accepted).load(null).await().indefinitely());
    }

    @Test
    void plain_bytes_are_kept_only_for_a_client_that_needs_them() {
        Body body = body(5000);
        Body forIdentity = stored(storable(TEXT, body), true, AcceptedCodings.IDENTITY);
        assertTrue(forIdentity.isGzipped());
        assertSame(body.plain(), forIdentity.plain());
        assertFalse(
                stored(storable(TEXT, body), true, AcceptedCodings.GZIP_FIRST).isPlainHere());
        assertTrue(stored(storable(TEXT, body), true, AcceptedCodings.IDENTITY_FIRST)
                .isPlainHere());
    }

    @Test
    void what_is_stored_gzipped_already_is_not_gzipped_again() {
        Body gzipped = body(5000).gzip(false);
        assertSame(gzipped, stored(storable(TEXT, gzipped), true, AcceptedCodings.IDENTITY));
        assertFalse(gzipped.isPlainHere(), "nor expanded");
    }

    @Test
    void what_is_stored_gzipped_and_may_not_be_any_more_is_expanded() {
        Body gzipped = body(5000).gzip(false);
        for (Body plain : List.of(
                stored(storable(NO_TRANSFORM, gzipped), true, AcceptedCodings.GZIP),
                stored(storable(TEXT, gzipped), false, AcceptedCodings.GZIP))) {
            assertFalse(plain.isGzipped());
            assertEquals(5000, plain.stored().length);
        }
    }

    @Test
    void what_is_not_to_be_stored_goes_through() {
        Answer answer = new Answer.Failed(Answer.Failed.Reason.BROKEN, "x", 1);
        for (Load<Answer> load : List.<Load<Answer>>of(new Load.Passing<>(answer), new Load.Failed<>(answer))) {
            assertSame(
                    load,
                    compressing(load, true, AcceptedCodings.GZIP)
                            .load(null)
                            .await()
                            .indefinitely());
        }
        Brings inner = new Brings(new Load.Passing<>(answer), new AtomicReference<>());
        Compressing loader = new Compressing(inner, true, AcceptedCodings.GZIP);
        loader.discard(answer);
        assertSame(answer, inner.discarded().get());
        assertFalse(loader.suitsOthers());
        assertTrue(loader.wantsLess());
    }

    @Test
    void a_large_body_is_not_gzipped_on_the_event_loop() throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(1));
        CountDownLatch busy = new CountDownLatch(1);
        try {
            vertx.executeBlocking(() -> busy.await(10, TimeUnit.SECONDS));
            CompletableFuture<@Nullable Load<Answer>> atOnce = new CompletableFuture<>();
            CompletableFuture<Load<Answer>> later = new CompletableFuture<>();
            vertx.runOnContext(here -> {
                compressing(storable(TEXT, body(1_000_000)), true, AcceptedCodings.GZIP)
                        .load(null)
                        .subscribe()
                        .with(later::complete, later::completeExceptionally);
                atOnce.complete(later.getNow(null));
            });
            assertNull(atOnce.get(10, TimeUnit.SECONDS), "the only worker is busy");
            busy.countDown();
            assertTrue(stored(later.get(10, TimeUnit.SECONDS)).isGzipped());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
