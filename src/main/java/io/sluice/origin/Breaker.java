package io.sluice.origin;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Spares an origin that is down, and its callers the wait: after some failures in a row it opens for a while, then lets
 * one probe through per while until one succeeds. Asking a closed breaker is one volatile read.
 */
public final class Breaker {
    /** Failures in a row that open it: more than a restart's stray refusal, fewer than a person notices. */
    private static final int FAILURES = 5;
    /** Nanoseconds that it stays open where nothing else is said. */
    private static final long OPEN = 1_000_000_000L;

    private final String route;
    private final OriginObserver observer;
    private final LongSupplier nanos;
    private final long open;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong openUntil = new AtomicLong();

    public Breaker(String route, OriginObserver observer, LongSupplier nanos) {
        this(route, observer, nanos, OPEN);
    }

    /** @param open nanoseconds between two probes of an origin that is down */
    public Breaker(String route, OriginObserver observer, LongSupplier nanos, long open) {
        this.open = open;
        this.route = route;
        this.observer = observer;
        this.nanos = nanos;
    }

    /** Whether the origin may be asked now; true for exactly one caller per while when it is down. */
    public boolean admits() {
        if (failures.get() < FAILURES) {
            return true;
        }
        long until = openUntil.get();
        long now = nanos.getAsLong();
        return now - until >= 0 && openUntil.compareAndSet(until, now + open);
    }

    /** The origin answered: the count starts anew, so that a timeout now and then opens nothing. */
    public void succeeded() {
        if (failures.get() != 0 && failures.getAndSet(0) >= FAILURES) {
            observer.breaker(route, false);
        }
    }

    /** The origin was not reached, or did not answer in time. */
    public void failed() {
        openUntil.set(nanos.getAsLong() + open);
        if (failures.incrementAndGet() == FAILURES) {
            observer.breaker(route, true);
        }
    }
}
