package io.sluice.origin.postgres;

import io.sluice.origin.Call;

/** Between whoever runs a call's transaction and whoever waits for it: after the time is up there is no COMMIT, or it is known that there may have been. */
final class Committing {
    private final Connections connections;
    private final Call call;
    private volatile boolean begun;
    private volatile boolean abandoned;

    /** @param connections are told of what may have been committed */
    Committing(Connections connections, Call call) {
        this.connections = connections;
        this.call = call;
    }

    /** Nobody waits for it any more. */
    boolean abandoned() {
        return abandoned;
    }

    /** To be asked before COMMIT is sent; false: all is to be undone instead. */
    boolean begin() {
        // In this order, as the other side sets and reads them the other way about: one of both sees the other.
        begun = true;
        return !abandoned;
    }

    /**
     * What a failure comes to, to which nothing is added after this. Where the time ended between COMMIT and its answer, it may have been
     * done. Where it ended before there will be no COMMIT, though the request to cancel comes between two statements and so hits none.
     */
    Throwable outcome(Throwable problem) {
        // In this order: who commits looks the other way round.
        abandoned = true;
        Throwable outcome = problem instanceof Failures.TooSlow && begun ? new Failures.Unknown(problem) : problem;
        if (outcome instanceof Failures.Unknown) {
            connections.mayHaveCommitted(call);
        }
        return outcome;
    }
}
