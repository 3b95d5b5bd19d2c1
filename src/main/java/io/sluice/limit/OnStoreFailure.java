package io.sluice.limit;

/** What a limit does while the store does not answer. */
public enum OnStoreFailure {
    /** This instance keeps its share of the quota by itself: quota ÷ instances last seen. */
    LOCAL,
    /** Everything passes. */
    OPEN,
    /** Nothing passes: 503. */
    CLOSED
}
