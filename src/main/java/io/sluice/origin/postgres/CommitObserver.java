package io.sluice.origin.postgres;

/** Hears how it goes with commits; short and never blocking, on the listener's event loop. */
public interface CommitObserver {
    /** From now on every commit is heard, and what was missed before was made good. */
    void listening();

    /**
     * Commits are not heard; told for every failed attempt.
     *
     * @param why for people
     */
    void deaf(String why);

    /** An invalidation was acknowledged. */
    void invalidated();

    /** A notification was none of ours, and voids everything, since nobody knows what it meant. */
    void misunderstood(String payload);
}
