package io.sluice.origin;

import io.smallrye.mutiny.Uni;

/** What is behind a route. */
public interface Origin {
    /**
     * Asks the origin. Every expected way to fail is an {@link Answer.Failed}, not a failed Uni. The Uni completes
     * when the answer's head is here (a whole answer: when the body is). Cancelling it abandons the call.
     */
    Uni<Answer> ask(Call call);

    /** Ends what the origin holds; called when a reload dropped it and its last request has ended. */
    default void close() {}
}
