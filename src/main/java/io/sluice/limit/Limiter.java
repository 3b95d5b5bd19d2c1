package io.sluice.limit;

import io.sluice.limit.Verdict.Outcome;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Decides all limits of a request: remembered denials first, then the store, then what each limit says of a store that failed. */
public final class Limiter {
    private static final Uni<Verdict> UNLIMITED =
            Uni.createFrom().item(new Verdict(Outcome.ALLOWED, List.of(), List.of()));

    private final LimitStore store;
    private final MemoryLimitStore local;
    private final IntSupplier instances;
    private final LongSupplier nanoClock;
    private final Denials denials;

    /**
     * @param store where the fleet's counters are
     * @param local keeps this instance's share while the store does not answer
     * @param instances how many share a limit then
     * @param nanoClock monotonic, as {@link System#nanoTime}
     */
    public Limiter(LimitStore store, MemoryLimitStore local, IntSupplier instances, LongSupplier nanoClock) {
        this.store = store;
        this.local = local;
        this.instances = instances;
        this.nanoClock = nanoClock;
        this.denials = new Denials(nanoClock);
    }

    /** Without a shared store: the counters of this process are the only ones, and decide at once. */
    public static Limiter alone(MemoryLimitStore counters) {
        return new Limiter(counters, counters, () -> 1, System::nanoTime);
    }

    /**
     * Decides, and takes what it allows.
     *
     * @return never fails; a verdict on a denial that is remembered leaves out limits of which no decision is known
     */
    public Uni<Verdict> acquire(List<Ask> asks) {
        if (asks.isEmpty()) {
            return UNLIMITED;
        }
        if (store == local) {
            return Uni.createFrom().item(() -> verdict(asks, local.decide(asks, 1, true)));
        }
        Verdict known = denials.known(asks);
        if (known != null) {
            return Uni.createFrom().item(known);
        }
        long sent = nanoClock.getAsLong();
        int generation = denials.generation();
        return store.acquire(asks).map(decisions -> {
            if (decisions.contains(Decision.UNAVAILABLE)) {
                return fallback(asks);
            }
            Verdict verdict = verdict(asks, decisions);
            if (verdict.outcome() == Outcome.DENIED) {
                denials.remember(verdict, sent, generation);
            }
            return verdict;
        });
    }

    /** Voids every remembered denial, as a reset or a changed table does. */
    public void forget() {
        denials.forget();
    }

    private static Verdict verdict(List<Ask> asks, List<Decision> decisions) {
        for (int i = 0; i < decisions.size(); i++) {
            if (decisions.get(i) instanceof Decision.Denied
                    && !asks.get(i).limit().shadow()) {
                return new Verdict(Outcome.DENIED, asks, decisions);
            }
        }
        return new Verdict(Outcome.ALLOWED, asks, decisions);
    }

    /** A request that a closed limit stops takes nothing from the local shares either. */
    private Verdict fallback(List<Ask> asks) {
        boolean closed = false;
        List<Ask> shared = new ArrayList<>(asks.size());
        for (Ask ask : asks) {
            switch (ask.limit().onStoreFailure()) {
                case LOCAL -> shared.add(ask);
                case CLOSED -> closed |= !ask.limit().shadow();
                case OPEN -> {}
            }
        }
        List<Decision> own = local.decide(shared, instances.getAsInt(), !closed);
        List<Decision> decisions = new ArrayList<>(asks.size());
        int next = 0;
        for (Ask ask : asks) {
            decisions.add(
                    ask.limit().onStoreFailure() == OnStoreFailure.LOCAL ? own.get(next++) : Decision.UNAVAILABLE);
        }
        Verdict verdict = verdict(asks, decisions);
        return closed && verdict.outcome() == Outcome.ALLOWED ? new Verdict(Outcome.CLOSED, asks, decisions) : verdict;
    }
}
