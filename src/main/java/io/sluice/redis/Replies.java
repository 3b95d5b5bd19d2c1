package io.sluice.redis;

import io.sluice.cache.Timer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Waits for replies, and not for ever. */
final class Replies {
    private final Timer timer;
    private final long deadline;

    /** @param deadline in microseconds */
    Replies(Timer timer, long deadline) {
        this.timer = timer;
        this.deadline = deadline;
    }

    /** A reply, or something else instead when it fails or comes too late; what came too late is given away. */
    <T> Uni<T> within(Supplier<Future<Response>> call, Function<Response, T> read, T otherwise, Consumer<T> late) {
        return Uni.createFrom().emitter(emitter -> {
            AtomicBoolean over = new AtomicBoolean();
            Timer.Scheduled limit = timer.after(deadline, () -> {
                if (over.compareAndSet(false, true)) {
                    emitter.complete(otherwise);
                }
            });
            call.get().map(read).otherwise(otherwise).onSuccess(reply -> {
                limit.cancel();
                if (over.compareAndSet(false, true)) {
                    emitter.complete(reply);
                } else {
                    late.accept(reply);
                }
            });
        });
    }
}
