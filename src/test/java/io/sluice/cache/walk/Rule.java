package io.sluice.cache.walk;

/** The rules that a simulated store and its lines keep. A test drops one to see that the walk finds what it prevents. */
enum Rule {
    /** No instant is given out twice, whether or not the clock moves. */
    INSTANTS_NEVER_REPEAT,
    /** A barrier at the very instant of a load's start voids it. */
    TIE_IS_VOID,
    /** What is read is compared with the barriers. */
    READ_CHECK,
    /** What a load brought is compared with the barriers, and its callers are told. */
    STORE_CHECK,
    /** Only the lease's holder stores. */
    LEASE_TOKEN,
    /** The barriers are read after the entry, or in the same step. */
    ENTRY_BEFORE_BARRIERS,
    /** A barrier is remembered by the instance that confirms it. */
    NEAR_CHECK,
    /** An invalidation completes when every other instance has confirmed it or its near second has run out. */
    ACKNOWLEDGEMENT,
    /** A line that was not heard of for a second is not alive. */
    PROOF_OF_LIFE,
    /** What was checked before a line broke is suspect after it. */
    EPOCH,
    /** Nothing is written through where another commit's barrier came since the write began. */
    NO_OTHER_BARRIER,
    /** A commit's own barrier does not hide one that came before it. */
    HIDDEN_BARRIER,
    /** Other barriers are looked for in the step that stores and that puts the own one. */
    CHECK_WITH_WRITE,
    /** What was loaded since the write began is not written over. */
    LOADED_SINCE,
    /** A commit that is told again is acknowledged when all have heard what was put the first time. */
    TOLD_AGAIN_IS_ACKNOWLEDGED,
    /** A commit that is told again puts barriers on the names that had none. */
    MISSING_NAMES,
    /** What is missing is put at the present, not where the rest was put. */
    MISSING_AT_PRESENT
}
