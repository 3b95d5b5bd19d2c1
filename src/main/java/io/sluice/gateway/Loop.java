package io.sluice.gateway;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** The event loop that a request arrived on, so that what completes elsewhere comes back to it before anything is written. */
record Loop(Thread thread, @Nullable Context context) {
    static Loop current() {
        return new Loop(Thread.currentThread(), Vertx.currentContext());
    }

    void run(Runnable task) {
        if (context == null || Thread.currentThread() == thread) {
            task.run();
        } else {
            context.runOnContext(nothing -> task.run());
        }
    }
}
