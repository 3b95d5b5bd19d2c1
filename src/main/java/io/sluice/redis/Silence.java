package io.sluice.redis;

/**
 * Tells a connection that went silent from one that nobody asks anything, by looks at equal distances: with commands on their way at one
 * look, and nothing heard until the next.
 */
final class Silence {
    private long pending;
    private long heard;
    private long heardBefore;
    /** Whether commands were on their way when it was last looked. */
    private boolean waited;

    void sent() {
        pending++;
    }

    /** A command came to its end, one way or the other. */
    void ended() {
        pending--;
    }

    /** The server said something. */
    void heard() {
        heard++;
    }

    /** Whether it was silent since the look before. */
    boolean look() {
        boolean silent = waited && heard == heardBefore;
        waited = pending > 0;
        heardBefore = heard;
        return silent;
    }
}
