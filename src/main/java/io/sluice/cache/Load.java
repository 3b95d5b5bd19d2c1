package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * What a load brings: its end, or first a head whose end comes later.
 *
 * @param <X> what a loader hands through to its own caller when the answer cannot be shared: a stream
 */
public sealed interface Load<X> {
    /**
     * The head is here and may be stored and shared as far as it can tell; the rest comes. The caller that started the
     * load has the answer as it comes; the others, and the store, wait for the end.
     *
     * @param answer used by one caller, or given back through {@link Loader#discard}; the load goes on to its end either way
     * @param end what the load then would have brought without the caller having had it before. What a {@link Passing}
     *     holds is this answer, and is not given back once more
     */
    record Arriving<X>(X answer, Uni<Ended<X>> end) implements Load<X> {}

    /** How a load ended. */
    sealed interface Ended<X> extends Load<X> {}

    /**
     * The whole answer is here, and it may be stored and shared.
     *
     * @param own header names and values in turn that only the caller that started the load gets
     * @param forwarded the status that the origin answered with: the draft's, or 304 where what is stored was right still
     */
    record Storable<X>(Draft draft, List<String> own, int forwarded) implements Ended<X> {
        /** The origin sent this. */
        public Storable(Draft draft, List<String> own) {
            this(draft, own, draft.status());
        }

        /** Everyone may have all of it. */
        public Storable(Draft draft) {
            this(draft, List.of());
        }
    }

    /**
     * The answer belongs to the caller that started the load. Nobody else may have it.
     *
     * @param answer used by exactly one caller, or given back through {@link Loader#discard}
     * @param remember whether the next callers of this key are not to line up, since theirs will not be shareable
     *     either; if not, the reason lies in this caller's request, and one of the others loads
     * @param reason why it may not be stored, in a word; empty where there is nothing to say
     */
    record Passing<X>(X answer, boolean remember, String reason) implements Ended<X> {
        /** Without a word. */
        public Passing(X answer, boolean remember) {
            this(answer, remember, "");
        }

        /** The answer is at fault, not the request. */
        public Passing(X answer) {
            this(answer, true);
        }
    }

    /**
     * The origin failed: down, too slow, or an error that stale may stand in for.
     *
     * @param answer what tells the caller
     * @param shareable whether all callers of this load may have the answer; if not, it is used by at most one caller,
     *     or given back through {@link Loader#discard}, and the others go on their own
     * @param forwarded the status that the origin answered with; 0 where it did not
     * @param vary request header names, in lower case, that it was selected by: it is shared by those that agree in them
     */
    record Failed<X>(X answer, boolean shareable, int forwarded, List<String> vary) implements Ended<X> {
        /** There is no status. */
        public Failed(X answer, boolean shareable) {
            this(answer, shareable, 0, List.of());
        }

        /** Everyone may have it. */
        public Failed(X answer) {
            this(answer, true);
        }
    }
}
