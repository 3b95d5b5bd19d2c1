package io.sluice.cache;

import java.util.List;

/**
 * How a load ended.
 *
 * @param <X> what a loader hands through to its own caller when the answer cannot be shared: a stream
 */
public sealed interface Load<X> {
    /**
     * The whole answer is here, and it may be stored and shared.
     *
     * @param own header names and values in turn that only the caller that started the load gets
     * @param forwarded the status that the origin answered with: the draft's, or 304 where what is stored was right still
     */
    record Storable<X>(Draft draft, List<String> own, int forwarded) implements Load<X> {
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
    record Passing<X>(X answer, boolean remember, String reason) implements Load<X> {
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
     */
    record Failed<X>(X answer, boolean shareable) implements Load<X> {
        /** Everyone may have it. */
        public Failed(X answer) {
            this(answer, true);
        }
    }
}
