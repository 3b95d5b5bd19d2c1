package io.sluice.client;

/** How a caller stands to the limits. */
public enum Standing {
    /** They are asked. */
    ORDINARY,
    /** None is asked. */
    UNLIMITED,
    /** Nothing of it is answered but that. */
    DENIED
}
