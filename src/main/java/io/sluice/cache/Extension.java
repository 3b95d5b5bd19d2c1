package io.sluice.cache;

import org.jspecify.annotations.Nullable;

/** Extends a load's lease while the load runs and is not older than its deadline. */
final class Extension {
    private final Coalescer<?, ?> home;
    private final Lease lease;
    private final long sent;
    private Timer.@Nullable Scheduled next;
    private boolean stopped;

    Extension(Coalescer<?, ?> home, Lease lease, long sent) {
        this.home = home;
        this.lease = lease;
        this.sent = sent;
    }

    synchronized void start() {
        if (!stopped && !lease.token().isEmpty() && !isOver()) {
            next = home.timer.after(home.settings.lease() / 3, this::extend);
        }
    }

    private void extend() {
        synchronized (this) {
            if (stopped || isOver()) {
                return;
            }
        }
        home.store
                .extend(lease, home.settings.lease())
                .subscribe()
                .with(
                        held -> {
                            if (held) {
                                start();
                            }
                        },
                        error -> start());
    }

    synchronized void stop() {
        stopped = true;
        if (next != null) {
            next.cancel();
        }
    }

    /** Whether the load is past its deadline. */
    boolean isOver() {
        return home.clock.getAsLong() - sent > home.settings.loadDeadline() * 1000;
    }
}
