package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.impl.ContextInternal;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request that waits for its decisions.
 *
 * @param asks what it asked
 * @param context where it wants to be told; null: anywhere
 */
record Waiter(
        List<Ask> asks,
        UniEmitter<? super List<Decision>> emitter,
        @Nullable ContextInternal context) {
    void reply(List<Decision> decisions) {
        if (context == null) {
            emitter.complete(decisions);
        } else {
            context.emit(decisions, emitter::complete);
        }
    }

    void unavailable() {
        reply(Collections.nCopies(asks.size(), Decision.UNAVAILABLE));
    }
}
