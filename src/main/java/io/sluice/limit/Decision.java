package io.sluice.limit;

/** What one limit says to one request. Durations are in microseconds from the decision. */
public sealed interface Decision {
    /**
     * The cost fits.
     *
     * @param remaining units left after this request (before it, when another limit denied and nothing was taken)
     * @param reset until more quota comes back; 0 when all of it is there
     * @param receipt where the ask wanted one, else {@link Receipt#NONE}
     */
    record Allowed(long remaining, long reset, Receipt receipt) implements Decision {
        public Allowed(long remaining, long reset) {
            this(remaining, reset, Receipt.NONE);
        }
    }

    /**
     * The cost does not fit.
     *
     * @param remaining units left
     * @param reset until more quota comes back
     * @param retryAfter until this cost would pass if nothing else is taken; {@link #NEVER} when it exceeds the capacity
     */
    record Denied(long remaining, long reset, long retryAfter) implements Decision {}

    /** The store did not answer within the deadline. */
    record Unavailable() implements Decision {}

    long NEVER = -1;
    Decision UNAVAILABLE = new Unavailable();
}
