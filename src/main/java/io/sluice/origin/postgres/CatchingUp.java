package io.sluice.origin.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait until a replica has replayed something. One question at a time is asked for all of them: what is waited for may be far in
 * the future, as a client says, and must not hold a connection each.
 */
final class CatchingUp {
    /** Milliseconds between two questions. */
    private static final long AGAIN = 2;

    private final Vertx vertx;
    private final Supplier<Future<@Nullable Long>> question;
    private final List<Waiting> all = new ArrayList<>();
    private boolean asking;

    private record Waiting(long need, Promise<Boolean> promise) {}

    /** @param question how far it has come; null, as a failure: nobody can tell, and nobody waits for it */
    CatchingUp(Vertx vertx, Supplier<Future<@Nullable Long>> question) {
        this.vertx = vertx;
        this.question = question;
    }

    /** @return on the caller's context: whether it came to that in time. Never fails */
    Future<Boolean> to(long need, Duration patience) {
        if (patience.toMillis() < 1) {
            return Future.succeededFuture(false);
        }
        Promise<Boolean> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
        Waiting mine = new Waiting(need, promise);
        boolean first;
        synchronized (this) {
            all.add(mine);
            first = !asking;
            asking = true;
        }
        long timer = vertx.setTimer(patience.toMillis(), late -> {
            synchronized (this) {
                all.remove(mine);
            }
            promise.tryComplete(false);
        });
        if (first) {
            later();
        }
        return promise.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private void later() {
        vertx.setTimer(AGAIN, due -> question.get().onComplete(this::told));
    }

    private void told(AsyncResult<@Nullable Long> done) {
        Long place = done.result();
        List<Waiting> over = new ArrayList<>();
        boolean more;
        synchronized (this) {
            for (Iterator<Waiting> each = all.iterator(); each.hasNext(); ) {
                Waiting one = each.next();
                if (place == null || place >= one.need) {
                    each.remove();
                    over.add(one);
                }
            }
            more = !all.isEmpty();
            asking = more;
        }
        over.forEach(one -> one.promise.tryComplete(place != null));
        if (more) {
            later();
        }
    }
}
