package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Load;
import io.sluice.cache.ManualTime;
import io.sluice.origin.Answer;
import io.sluice.origin.HeldStream;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final long DEADLINE = 10_000_000;

    private final ManualTime time = new ManualTime();
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final HeldStream trickle = new HeldStream();

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
        assertTrue(trickle.stopped);
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
}
