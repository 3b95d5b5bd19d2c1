package io.sluice.limit;

import io.sluice.limit.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** What each limit says while the store does not answer. */
final class Shares {
    private final MemoryLimitStore counters;
    private final IntSupplier instances;

    /** @param instances how many share a limit then */
    Shares(MemoryLimitStore counters, IntSupplier instances) {
        this.counters = counters;
        this.instances = instances;
    }

    /** A request that a closed limit stops takes nothing from the local shares either. */
    Verdict decide(List<Ask> asks) {
        boolean closed = false;
        List<Ask> shared = new ArrayList<>(asks.size());
        for (Ask ask : asks) {
            switch (ask.limit().onStoreFailure()) {
                case LOCAL -> shared.add(ask);
                case CLOSED -> closed |= !ask.limit().shadow();
                case OPEN -> {}
            }
        }
        List<Decision> own = counters.decide(shared, instances.getAsInt(), !closed);
        List<Decision> decisions = new ArrayList<>(asks.size());
        int next = 0;
        for (Ask ask : asks) {
            decisions.add(
                    ask.limit().onStoreFailure() == OnStoreFailure.LOCAL ? own.get(next++) : Decision.UNAVAILABLE);
        }
        Outcome outcome = Verdict.of(asks, decisions).outcome();
        return new Verdict(closed && outcome == Outcome.ALLOWED ? Outcome.CLOSED : outcome, asks, decisions, true);
    }

    void settle(List<Settlement> settlements) {
        counters.settle(settlements).subscribe().with(done -> {}, failed -> {});
    }
}
