package io.sluice.credentials;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Who may try a credential of which nobody knows whether Postgres takes it: one at a time, and after a refusal not at once, since an account
 * that fails often may be locked. Others wait for what becomes of that, where it is soon.
 */
final class Trials {
    /** Milliseconds in which what Postgres refuses may yet become right: a rotation changes two places, one after the other. */
    static final long PATIENCE = 2_000;

    /** Milliseconds between two tries of what Postgres refuses. */
    private static final long[] PAUSES = {100, 300, 1_000, 5_000, 30_000};

    /** Milliseconds that others wait for the one that tries; then one of them does. */
    private static final long LONGEST_WAIT = 1_000;

    private final InstantSource clock;
    private final Alarm alarm;
    /** What Postgres took last, and has not refused since. */
    private volatile @Nullable Credential taken;
    /** What is to be tried by one at a time. */
    private @Nullable Credential tried;
    /** Whether Postgres refused that. */
    private boolean refused;

    private boolean underWay;
    /** When one may try it, and not before. */
    private long nextTry;
    /** Of whichever credential, since Postgres took one. */
    private int refusals;
    /** When the first of those was. */
    private long refusedAt;

    private @Nullable Waiting waiting;
    private boolean closed;

    private record Waiting(Promise<Void> over, Runnable alarm) {}

    Trials(InstantSource clock, Alarm alarm) {
        this.clock = clock;
        this.alarm = alarm;
    }

    /** @return null: now; else completes when that is to be asked again, and fails where that is not soon */
    @Nullable
    Future<Void> mayTry(Credential it) {
        if (it.equals(taken)) {
            return null;
        }
        synchronized (this) {
            if (it.equals(taken)) {
                return null;
            }
            long now = clock.millis();
            if (!it.equals(tried)) {
                tried = it;
                refused = false;
                nextTry = now;
            }
            long left = nextTry - now;
            if (left <= 0) {
                underWay = true;
                nextTry = now + (refused ? pause() : LONGEST_WAIT);
                return null;
            }
            return left > LONGEST_WAIT || closed ? Future.failedFuture("not soon") : outcome(left);
        }
    }

    private long pause() {
        return PAUSES[Math.min(refusals, PAUSES.length) - 1];
    }

    private Future<Void> outcome(long left) {
        Waiting others = waiting;
        if (others == null) {
            Promise<Void> over = Promise.promise();
            others = new Waiting(over, alarm.after(left, this::wake));
            waiting = others;
        }
        return others.over.future();
    }

    /** Those who wait ask again. */
    private void wake() {
        Waiting all;
        synchronized (this) {
            all = waiting;
            waiting = null;
        }
        if (all != null) {
            all.alarm.run();
            all.over.complete();
        }
    }

    /** Postgres refused it. */
    void refused(Credential it) {
        synchronized (this) {
            if (it.equals(taken)) {
                taken = null;
            }
            if (it.equals(tried) && refused && !underWay) {
                // Of those that were sent together.
                return;
            }
            long now = clock.millis();
            refusedAt = refusals == 0 ? now : refusedAt;
            refusals++;
            tried = it;
            refused = true;
            underWay = false;
            nextTry = now + pause();
        }
        wake();
    }

    /** Postgres took it. */
    void taken(Credential it) {
        synchronized (this) {
            taken = it;
            tried = null;
            refusals = 0;
        }
        wake();
    }

    /** Whoever tried it did not come as far as to hear. */
    void untold(Credential it) {
        synchronized (this) {
            if (!it.equals(tried) || !underWay || refused) {
                return;
            }
            underWay = false;
            nextTry = clock.millis();
        }
        wake();
    }

    /** It is the one to be tried from now on. */
    void changed(Credential now) {
        boolean other;
        synchronized (this) {
            other = !now.equals(tried);
        }
        if (other) {
            wake();
        }
    }

    /** Whether Postgres took it last. */
    boolean isTaken(Credential it) {
        return it.equals(taken);
    }

    synchronized int refusals() {
        return refusals;
    }

    /** Whether Postgres has refused for longer than a rotation takes. */
    synchronized boolean isHopeless() {
        return refusals > 0 && clock.millis() - refusedAt > PATIENCE;
    }

    void close() {
        synchronized (this) {
            closed = true;
        }
        wake();
    }
}
