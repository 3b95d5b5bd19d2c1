package io.sluice.limit;

import io.sluice.limit.Verdict.Outcome;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

    /**
     * Decides without a store, where what this process knows is enough.
     *
     * @return null: {@link #acquire} decides
     */
    public @Nullable Verdict decideHere(List<Ask> asks) {
        return null;
    }

    /**
     * The answer to a request that was allowed has ended, whole or not: frees its slots, and settles what its cost turned
     * out to be. To be called on the event loop that asked, once.
     *
     * @param header a field of the response's head by its name; null where there is none
     */
    public void ended(Verdict verdict, Function<String, @Nullable String> header) {
        List<Settlement> settlements = new ArrayList<>();
        for (int i = 0; i < verdict.asks().size(); i++) {
            if (verdict.decisions().get(i) instanceof Decision.Allowed allowed) {
                Settlement settlement = settlement(verdict.asks().get(i), allowed, header);
                if (settlement != null) {
                    settlements.add(settlement);
                }
            }
        }
        settle(settlements);
    }

    private static @Nullable Settlement settlement(
            Ask ask, Decision.Allowed allowed, Function<String, @Nullable String> header) {
        Limit limit = ask.limit();
        if (ask.holder() != 0) {
            return new Settlement.Release(limit, ask.key(), ask.holder());
        }
        if (limit.cost() instanceof Cost.ResponseHeader cost && ask.receipt()) {
            String said = header.apply(cost.name());
            long spent = said == null ? -1 : Asker.wholeNumber(said.strip());
            if (spent > ask.cost()) {
                return new Settlement.Charge(limit, ask.key(), spent - ask.cost());
            }
            return spent < 0 || spent == ask.cost()
                    ? null
                    : new Settlement.GiveBack(limit, ask.key(), ask.cost() - spent, allowed.receipt());
        }
        return null;
    }

    /** Holds the slots of a request that is still on its way: to be called every 5 s, on the event loop that asked. */
    public void renew(Verdict verdict) {
        List<Settlement> settlements = new ArrayList<>();
        for (int i = 0; i < verdict.asks().size(); i++) {
            Ask ask = verdict.asks().get(i);
            if (ask.holder() != 0 && verdict.decisions().get(i) instanceof Decision.Allowed) {
                settlements.add(new Settlement.Renew(ask.limit(), ask.key(), ask.holder()));
            }
        }
        settle(settlements);
    }

    private void settle(List<Settlement> settlements) {
        if (!settlements.isEmpty()) {
            store.settle(settlements).subscribe().with(done -> {}, failed -> {});
        }
    }

    /** Gives back what this instance holds; nothing is to be asked after that. */
    public Uni<Void> close() {
        return Uni.createFrom().voidItem();
    }

    /** Voids every remembered denial and every slice, as a reset or a changed table does. */
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
