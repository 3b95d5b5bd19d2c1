package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.origin.Breaker;
import io.sluice.origin.OriginObserver;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnTest {
    @Test
    void who_was_told_that_it_took_too_long_stands_in_the_line_no_more() throws Exception {
        Vertx vertx = Vertx.vertx();
        AtomicInteger waiting = new AtomicInteger();
        Connections none = Connections.of(() -> {
            throw new IllegalStateException("not to be asked");
        });
        Turn.Line line =
                new Turn.Line(vertx, none, new Breaker("r", OriginObserver.NONE, System::nanoTime), waiting, 8, 50);
        Promise<SqlConnection> never = Promise.promise();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        vertx.runOnContext(here -> new Turn<Void>(line, connection -> Future.succeededFuture())
                .start(never::future)
                .onFailure(told::complete));
        assertEquals(Failures.Overloaded.class, told.get(20, TimeUnit.SECONDS).getClass());
        assertEquals(0, waiting.get());
        never.fail("closed");
        assertEquals(0, waiting.get());
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
