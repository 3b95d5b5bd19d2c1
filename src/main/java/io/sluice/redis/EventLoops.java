package io.sluice.redis;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import org.jspecify.annotations.Nullable;

/** Where the caller runs. */
final class EventLoops {
    private EventLoops() {}

    /** The root context of the event loop that this thread is; null when it is none. */
    static @Nullable ContextInternal current() {
        Context context = Vertx.currentContext();
        return context instanceof ContextInternal internal
                        && Context.isOnEventLoopThread()
                        && internal.isEventLoopContext()
                ? internal.unwrap()
                : null;
    }
}
