package io.sluice.credentials;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The credential that is good now: read ahead of its end, one reading at a time, each with a deadline, and the last good one
 * stays in use as long as it may live.
 */
public final class Credentials implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Credentials.class);
    private static final long FIRST_PAUSE = 1_000;
    private static final long LONGEST_PAUSE = 30_000;

    private final Source source;
    private final long refresh;
    private final long timeout;
    private final CredentialObserver observer;
    private final InstantSource clock;
    private final Alarm alarm;
    private final Trials trials;
    private final List<Consumer<Held>> listeners = new ArrayList<>();
    private volatile @Nullable Held held;
    private @Nullable Future<Fetched> reading;
    private @Nullable Runnable next;
    private @Nullable Trouble trouble;
    private String why = "it was not read yet";
    private long pause = FIRST_PAUSE;
    private long readAt = Long.MIN_VALUE;
    /** When it was read first; never for the first of all. */
    private long changedAt = Long.MIN_VALUE;

    /** The refusals that it was read anew for. */
    private int readFor;

    private boolean said;
    private boolean closed;
    /** Readings in the order in which they ended, until all are told of them. */
    private final Deque<Ended> ended = new ArrayDeque<>();

    private boolean telling;

    /** @param got null: nothing was read */
    private record Ended(
            Promise<Fetched> promise,
            Fetched fetched,
            @Nullable Held got,
            List<Consumer<Held>> told) {}

    /** No connection can be made: nothing that was read may be used. */
    public static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unavailable(String why) {
            super(why, null, false, false);
        }
    }

    public Credentials(
            Source source,
            Duration refresh,
            Duration timeout,
            CredentialObserver observer,
            InstantSource clock,
            Alarm alarm) {
        this.source = source;
        this.refresh = refresh.toMillis();
        this.timeout = timeout.toMillis();
        this.observer = observer;
        this.clock = clock;
        this.alarm = alarm;
        trials = new Trials(clock, alarm);
    }

    public Credentials start() {
        read(false);
        return this;
    }

    /** @param told of each credential that is read from now on, also of one whose life alone became longer */
    public synchronized void listen(Consumer<Held> told) {
        listeners.add(told);
    }

    /** What a connection that begins now logs in with; fails with {@link Unavailable}. */
    public Future<Held> now() {
        Held good = alive();
        if (good != null) {
            return admitted(good);
        }
        return justRead()
                ? unavailable()
                : read(false).compose(done -> {
                    Held got = alive();
                    return got == null ? unavailable() : admitted(got);
                });
    }

    private Future<Held> admitted(Held good) {
        Future<Void> later = trials.mayTry(good.credential());
        return later == null ? Future.succeededFuture(good) : later.compose(over -> now(), notSoon -> expired());
    }

    /**
     * Postgres refused it. It is read anew once, however many ask at once, and not where that has just given it.
     *
     * @return what to try next, in time; fails with {@link Unavailable} when nothing else is to be had soon
     */
    public Future<Held> refused(Held refused) {
        Held now = held;
        if (now != null && now.credential().equals(refused.credential())) {
            trials.refused(refused.credential());
        }
        boolean hopeless = trials.isHopeless();
        boolean anew;
        synchronized (this) {
            int refusals = trials.refusals();
            anew = otherThan(refused) == null
                    && (reading != null
                            || readFor != refusals
                                    && (changedAt == Long.MIN_VALUE || clock.millis() - changedAt >= FIRST_PAUSE));
            if (anew) {
                readFor = refusals;
            }
        }
        Future<?> read = anew ? read(true) : Future.succeededFuture();
        return read.compose(done -> otherThan(refused) == null && hopeless ? expired() : now());
    }

    /** Postgres took it. */
    public void accepted(Held taken) {
        if (trials.isTaken(taken.credential()) || otherThan(taken) != null) {
            return;
        }
        synchronized (this) {
            readFor = 0;
            if (trouble == Trouble.EXPIRED) {
                state(null, "");
            }
        }
        trials.taken(taken.credential());
    }

    /** Whether Postgres takes it was not heard: it was not reached. */
    public void untold(Held tried) {
        trials.untold(tried.credential());
    }

    private Future<Held> expired() {
        synchronized (this) {
            if (trouble == null) {
                state(Trouble.EXPIRED, "Postgres refuses it, and " + source.name() + " gives no other");
            }
        }
        return unavailable();
    }

    private synchronized Future<Held> unavailable() {
        Trouble now = trouble;
        return Future.failedFuture(new Unavailable("the credential of the database "
                + (now == null ? Trouble.UNREADABLE : now).said()
                + " (" + why + ")"));
    }

    private @Nullable Held alive() {
        Held now = held;
        return now != null && clock.millis() < now.until() ? now : null;
    }

    private @Nullable Held otherThan(Held refused) {
        Held now = alive();
        return now == null || now.credential().equals(refused.credential()) ? null : now;
    }

    /** A provider is not asked at the rate of requests. */
    private synchronized boolean justRead() {
        return reading == null && readAt != Long.MIN_VALUE && clock.millis() - readAt < FIRST_PAUSE;
    }

    private Future<Fetched> read(boolean anew) {
        Promise<Fetched> promise = Promise.promise();
        synchronized (this) {
            Future<Fetched> current = reading;
            if (current != null) {
                return current;
            }
            if (closed) {
                return Future.failedFuture(new Unavailable("the gateway ends"));
            }
            cancel();
            reading = promise.future();
        }
        Runnable inTime = alarm.after(
                timeout,
                () -> settle(
                        promise,
                        new Fetched.Failed(
                                Trouble.TIMEOUT, source.name() + " did not answer within " + timeout + " ms")));
        source.fetch(anew)
                .otherwise(broken -> new Fetched.Failed(
                        Trouble.UNREADABLE,
                        source.name() + " failed with " + broken.getClass().getSimpleName()))
                .onSuccess(fetched -> {
                    inTime.run();
                    settle(promise, fetched);
                });
        return promise.future();
    }

    private void settle(Promise<Fetched> promise, Fetched fetched) {
        synchronized (this) {
            if (reading != promise.future()) {
                return;
            }
            reading = null;
            readAt = clock.millis();
            Held got = null;
            if (fetched instanceof Fetched.Got good) {
                got = took(good);
            } else {
                failed((Fetched.Failed) fetched);
            }
            ended.add(new Ended(promise, fetched, got, got == null ? List.of() : List.copyOf(listeners)));
            if (telling) {
                return;
            }
            telling = true;
        }
        tell();
    }

    /** By one at a time, whoever read it: the last that anybody hears of is the last that was read. */
    private void tell() {
        for (Ended next = toTell(); next != null; next = toTell()) {
            Ended one = next;
            Held got = one.got;
            if (got != null) {
                guarded(() -> trials.changed(got.credential()));
                one.told.forEach(listener -> guarded(() -> listener.accept(got)));
            }
            guarded(() -> one.promise.complete(one.fetched));
        }
    }

    /** Whoever fails at what he is told is not to keep all others from ever hearing again. */
    private static void guarded(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException broken) {
            LOG.error("who listens for credentials failed", broken);
        }
    }

    private synchronized @Nullable Ended toTell() {
        Ended next = ended.poll();
        telling = next != null;
        return next;
    }

    private Held took(Fetched.Got good) {
        Held before = held;
        boolean other = before == null || !before.credential().equals(good.credential());
        long life = good.lifeMillis();
        Held got = new Held(good.credential(), life == 0 ? Long.MAX_VALUE : clock.millis() + life);
        held = got;
        pause = FIRST_PAUSE;
        observer.read(null);
        if (other && before != null) {
            changedAt = clock.millis();
            observer.rotated();
        }
        // What Postgres refuses did not become good by being read once more.
        if (other || trouble != Trouble.EXPIRED || trials.refusals() == 0) {
            state(null, "");
        }
        again(life == 0 ? refresh : Math.max(1, life * 2 / 3));
        return got;
    }

    private void failed(Fetched.Failed bad) {
        observer.read(bad.trouble());
        Held last = held;
        if (last != null && last.until() <= clock.millis()) {
            state(
                    Trouble.EXPIRED,
                    "its lease has ended, and another one " + bad.trouble().said() + ": " + bad.why());
        } else {
            state(bad.trouble(), bad.why());
        }
        again(pause);
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }

    private void state(@Nullable Trouble now, String reason) {
        why = reason;
        if (!said || trouble != now) {
            said = true;
            trouble = now;
            observer.state(now, reason);
        }
    }

    private void again(long millis) {
        cancel();
        if (!closed) {
            Held last = held;
            long left = last == null || last.until() == Long.MAX_VALUE ? Long.MAX_VALUE : last.until() - clock.millis();
            // At the end itself it is seen that it has ended.
            next = alarm.after(left > 0 ? Math.min(millis, left) : millis, () -> read(false));
        }
    }

    private void cancel() {
        Runnable due = next;
        next = null;
        if (due != null) {
            due.run();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            cancel();
        }
        trials.close();
        source.close();
    }
}
