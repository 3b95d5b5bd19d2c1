package io.sluice.gateway;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Brings what completed elsewhere back to the event loop that the request arrived on; what breaks there answers 500. */
final class Landing {
    private static final Logger LOG = Logger.getLogger(Landing.class);

    private final Responder responder;

    Landing(Responder responder) {
        this.responder = responder;
    }

    <T> void land(Uni<T> uni, Exchange exchange, Consumer<T> next) {
        Thread loop = Thread.currentThread();
        Context context = Vertx.currentContext();
        uni.subscribe()
                .with(
                        item -> on(loop, context, () -> guarded(exchange, item, next)),
                        failure -> on(loop, context, () -> broke(exchange, failure)));
    }

    /** On this thread, with the same care. */
    void here(Exchange exchange, Runnable task) {
        guarded(exchange, task, Runnable::run);
    }

    private static void on(Thread loop, Context context, Runnable task) {
        if (Thread.currentThread().equals(loop)) {
            task.run();
        } else {
            context.runOnContext(nothing -> task.run());
        }
    }

    private <T> void guarded(Exchange exchange, T item, Consumer<T> next) {
        try {
            next.accept(item);
        } catch (RuntimeException broken) {
            broke(exchange, broken);
        }
    }

    private void broke(Exchange exchange, Throwable failure) {
        LOG.errorf(failure, "route %s: %s", exchange.plan.route.name(), failure.getMessage());
        if (exchange.request.response().headWritten()) {
            exchange.request.connection().close();
            exchange.finished(500);
        } else {
            responder.problem(exchange, Problems.BROKE, null);
        }
    }
}
