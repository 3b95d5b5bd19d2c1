package io.sluice.limit;

/** How a limit's store is asked. */
public enum Accounting {
    /** For each request. */
    EXACT,
    /** For slices of the quota, which an instance takes ahead and spends by itself. */
    LEASED
}
