package io.sluice.origin;

import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** What is behind a route. */
public interface Origin {
    /**
     * Asks the origin. Every expected way to fail is an {@link Answer.Failed}, not a failed Uni. The Uni completes
     * when the answer's head is here (a whole answer: when the body is). Cancelling it abandons the call.
     */
    Uni<Answer> ask(Call call);

    /**
     * What it takes and gives; null: it does not know. The same object as long as that is the same. Never blocks; where it is not known
     * yet, it is being asked for.
     */
    default @Nullable Description describe() {
        return null;
    }

    /** Ends what the origin holds; called when a reload dropped it and its last request has ended. */
    default void close() {}
}
