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
    EPOCH
}
