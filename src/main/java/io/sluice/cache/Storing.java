package io.sluice.cache;

/** What came of storing a finished load. */
public enum Storing {
    /** The fence accepted it, and it is stored (without a shared cache: it may be kept near). */
    STORED,
    /** A barrier, hard or soft, is not earlier than the load's start: nobody who came later may have it. */
    VOID,
    /** Not void, but the lease was somebody else's by then: it may be used and is not stored. */
    LOST,
    /** Nobody can tell. */
    UNAVAILABLE
}
