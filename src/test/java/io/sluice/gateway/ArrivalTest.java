package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.cache.Load;
import io.sluice.cache.ManualTime;
import io.sluice.origin.Answer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final long DEADLINE = 10_000_000;

    private final ManualTime time = new ManualTime();
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Trickle trickle = new Trickle();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Future<Load<Answer>> arrival() {
        return Arrival.of(
                trickle,
                new Arrival.Terms(1000, DEADLINE, time, loop),
                body -> new Load.Passing<Answer>(new Answer.Whole(200, HttpHeaders.headers(), body)));
    }

    /** What was put on the event loop by now has been done. */
    private void settle() throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.runOnContext(done::complete);
        done.get(10, TimeUnit.SECONDS);
    }

    @Test
    void an_origin_that_sends_a_little_now_and_then_is_not_read_past_the_loads_deadline() throws Exception {
        Future<Load<Answer>> load = arrival();
        time.advance(DEADLINE - 1);
        settle();
        assertInstanceOf(Load.Arriving.class, load.result(), "its caller has what there is");
        assertFalse(trickle.stopped);
        time.advance(1);
        settle();
        assertEquals(true, trickle.stopped);
    }

    @Test
    void nothing_waits_for_a_body_that_came() throws Exception {
        Future<Load<Answer>> load = arrival();
        trickle.gathering.complete(new Answer.Gathered.Whole(Buffer.buffer("a"), HttpHeaders.headers()));
        assertInstanceOf(Load.Passing.class, load.result());
        assertEquals(0, time.pending());
        settle();
        assertFalse(trickle.stopped);
    }

    private static final class Trickle implements Answer.Streaming {
        final Promise<Answer.Gathered> gathering = Promise.promise();
        volatile boolean stopped;

        @Override
        public int status() {
            return 200;
        }

        @Override
        public MultiMap headers() {
            return HttpHeaders.headers();
        }

        @Override
        public boolean switched() {
            return false;
        }

        @Override
        public Future<Long> sendTo(HttpServerRequest client) {
            return Future.failedFuture("nobody");
        }

        @Override
        public Future<Answer.Gathered> gather(int max, Runnable large) {
            return gathering.future();
        }

        @Override
        public void stopGathering() {
            stopped = true;
        }

        @Override
        public void discard() {}
    }
}
