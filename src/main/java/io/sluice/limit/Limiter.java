package io.sluice.limit;

import io.sluice.limit.Verdict.Outcome;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides all limits of a request: by slices held here and remembered denials first, then by the store, then by what
 * each limit says of a store that failed.
 */
public final class Limiter {
    /** The longest between two {@link #tick ticks}, ms. */
    public static final long TICK_MILLIS = 10;

    private static final Verdict UNLIMITED = new Verdict(Outcome.ALLOWED, List.of(), List.of());

    private final LimitStore store;
    private final MemoryLimitStore local;
    private final LongSupplier nanoClock;
    private final Shares shares;
    private final Settlements settlements;
    private final Denials denials;
    private final Slices slices;
    private final Leases leases;
    /** By the counter that denied lately. */
    private final ConcurrentMap<String, Probe> probes = new ConcurrentHashMap<>();

    /**
     * @param store where the fleet's counters are
     * @param local keeps this instance's share while the store does not answer
     * @param instances how many share a limit then
     * @param nanoClock monotonic, as {@link System#nanoTime}
     */
    public Limiter(LimitStore store, MemoryLimitStore local, IntSupplier instances, LongSupplier nanoClock) {
        this.store = store;
        this.local = local;
        this.nanoClock = nanoClock;
        this.shares = new Shares(local, instances);
        this.settlements = new Settlements(store);
        this.denials = new Denials(nanoClock);
        this.slices = new Slices(nanoClock);
        this.leases = new Leases(store, slices, settlements, nanoClock);
    }

    /** Without a shared store: the counters of this process are the only ones, and decide at once. */
    public static Limiter alone(MemoryLimitStore counters) {
        return new Limiter(counters, counters, () -> 1, System::nanoTime);
    }

    /**
     * Decides without a store, where what this process knows and holds is enough, and takes what it allows.
     *
     * @return null: {@link #ask} decides
     */
    public @Nullable Verdict decideHere(List<Ask> asks) {
        if (asks.isEmpty()) {
            return UNLIMITED;
        }
        if (store == local) {
            return Verdict.of(asks, local.decide(asks, 1, true));
        }
        Verdict spent = leases.spend(asks);
        return spent == null ? denials.known(asks) : spent;
    }

    /**
     * Decides, and takes what it allows. To be subscribed to once, at once.
     *
     * @return never fails; a verdict on a denial that is remembered leaves out limits of which no decision is known
     */
    public Uni<Verdict> acquire(List<Ask> asks) {
        Verdict here = decideHere(asks);
        return here == null ? ask(asks) : Uni.createFrom().item(here);
    }

    /**
     * Decides, as {@link #acquire}, what {@link #decideHere} left open. On a counter that denied lately one request asks at a
     * time, and those that come meanwhile go by what it hears: however many press on it, the store is asked once. What has
     * begun goes on when whoever asked has left: others wait for it, and what it takes is kept account of.
     */
    public Uni<Verdict> ask(List<Ask> asks) {
        return Uni.createFrom().emitter(told -> inTurn(asks).subscribe().with(told::complete, told::fail));
    }

    private Uni<Verdict> inTurn(List<Ask> asks) {
        String key = denials.lapsed(asks);
        if (key == null) {
            return askStore(asks);
        }
        Probe mine = new Probe();
        Probe running = probes.putIfAbsent(key, mine);
        if (running != null) {
            return Uni.createFrom()
                    .<Boolean>emitter(heard -> running.then(heard::complete))
                    .chain(byShare -> afterProbe(byShare, asks));
        }
        return Uni.createFrom()
                .deferred(() -> askStore(asks))
                .onItem()
                .invoke(verdict -> {
                    if (verdict.outcome() == Outcome.ALLOWED) {
                        denials.forget(key);
                    }
                })
                .onTermination()
                .invoke((verdict, failure, cancelled) -> {
                    probes.remove(key, mine);
                    mine.end(verdict == null || verdict.byShare());
                });
    }

    private Uni<Verdict> afterProbe(boolean byShare, List<Ask> asks) {
        if (byShare) {
            return Uni.createFrom().item(shares.decide(asks));
        }
        Verdict here = decideHere(asks);
        return here == null ? askStore(asks) : Uni.createFrom().item(here);
    }

    private Uni<Verdict> askStore(List<Ask> asks) {
        long sent = nanoClock.getAsLong();
        int generation = denials.generation();
        Uni<List<Decision>> decided = Leases.any(asks) ? leases.acquire(asks) : store.acquire(asks);
        return decided.map(decisions -> {
            if (decisions.contains(Decision.UNAVAILABLE)) {
                return shares.decide(asks);
            }
            Verdict verdict = Verdict.of(asks, decisions);
            if (verdict.outcome() == Outcome.DENIED && store.together(asks)) {
                denials.remember(verdict, sent, generation);
            }
            return verdict;
        });
    }

    /**
     * The answer to a request that was allowed has ended, whole or not: frees its slots, and settles what its cost turned
     * out to be. To be called on the event loop that asked, once.
     *
     * @param header a field of the response's head by its name; null where there is none
     */
    public void ended(Verdict verdict, Function<String, @Nullable String> header) {
        settle(verdict, Settlements.atEnd(verdict, header));
    }

    /** Holds the slots of a request that is still on its way: to be called every 5 s, on the event loop that asked. */
    public void renew(Verdict verdict) {
        settle(verdict, Settlements.renewals(verdict));
    }

    private void settle(Verdict verdict, List<Settlement> corrections) {
        if (corrections.isEmpty()) {
            return;
        }
        if (verdict.byShare()) {
            shares.settle(corrections);
        } else {
            settlements.send(corrections);
        }
    }

    /** Fetches slices, gives back what expired unspent, and sends again what the store did not acknowledge: to be called every {@link #TICK_MILLIS}. */
    public void tick() {
        leases.tick();
        settlements.send(slices.expired());
    }

    /** Gives back what this instance holds; nothing is to be asked after that. */
    public Uni<Boolean> close() {
        leases.forget();
        List<Settlement> unspent = slices.all();
        return unspent.isEmpty()
                ? Uni.createFrom().item(true)
                : store.settle(unspent).map(List::isEmpty);
    }

    /** Voids every remembered denial and every slice, as a reset, a changed table or another server does. */
    public void forget() {
        denials.forget();
        storeLost();
    }

    /** Voids every slice: the store may not know of what was taken. */
    public void storeLost() {
        leases.forget();
        slices.forget();
    }
}
