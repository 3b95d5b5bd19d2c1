package io.sluice.limit;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Spends and fetches slices for the leased limits of a request, and asks its exact ones in the same call: each request
 * stays all or nothing.
 */
final class Leases {
    private final LimitStore store;
    private final Slices slices;
    private final Settlements settlements;
    private final LongSupplier nanoClock;
    /** What is fetched at the next tick. */
    private final Queue<Fetch> patient = new ConcurrentLinkedQueue<>();

    Leases(LimitStore store, Slices slices, Settlements settlements, LongSupplier nanoClock) {
        this.store = store;
        this.slices = slices;
        this.settlements = settlements;
        this.nanoClock = nanoClock;
    }

    /** What waited is for accounts that are gone. */
    void forget() {
        patient.clear();
    }

    static boolean any(List<Ask> asks) {
        for (int i = 0; i < asks.size(); i++) {
            if (asks.get(i).limit().leased()) {
                return true;
            }
        }
        return false;
    }

    /** The verdict on a request whose limits are all leased and for which the slices held here are enough; else null. */
    @Nullable
    Verdict spend(List<Ask> asks) {
        int n = asks.size();
        for (int i = 0; i < n; i++) {
            Ask ask = asks.get(i);
            if (!ask.limit().leased() || ask.cost() == 0) {
                return null;
            }
        }
        if (n == 1) {
            return spendOne(asks);
        }
        @Nullable Slice[] spent = new @Nullable Slice[n];
        Account[] accounts = new Account[n];
        for (int i = 0; i < n; i++) {
            Ask ask = asks.get(i);
            Account account = slices.find(ask);
            Slice slice = account == null ? null : account.spend(ask.cost());
            if (account == null || slice == null) {
                putBack(asks, spent);
                return null;
            }
            accounts[i] = account;
            spent[i] = slice;
        }
        long now = nanoClock.getAsLong();
        List<Decision> decisions = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            decisions.add(decision(accounts[i], spent[i], now));
        }
        return new Verdict(Verdict.Outcome.ALLOWED, asks, decisions);
    }

    private @Nullable Verdict spendOne(List<Ask> asks) {
        Account account = slices.find(asks.get(0));
        Slice slice = account == null ? null : account.spend(asks.get(0).cost());
        return account == null || slice == null
                ? null
                : new Verdict(Verdict.Outcome.ALLOWED, asks, List.of(decision(account, slice, nanoClock.getAsLong())));
    }

    private Decision decision(Account account, @Nullable Slice spent, long now) {
        if (spent != null && account.needsNext(spent, now)) {
            fetch(account, now);
        }
        return account.estimate(now);
    }

    /**
     * Takes the next slice while this one is spent. Nobody waits for it: where there is time it is fetched at the next tick, in one call with
     * those of other counters.
     */
    private void fetch(Account account, long now) {
        long want = account.want(now);
        if (want > 0 && account.hasTime()) {
            patient.add(new Fetch(account, want));
        } else if (want > 0) {
            new Fetch(account, want).send();
        }
    }

    /** Fetches what waited for it. */
    void tick() {
        for (Fetch fetch = patient.poll(); fetch != null; fetch = patient.poll()) {
            fetch.send();
        }
    }

    private static void putBack(List<Ask> asks, @Nullable Slice[] spent) {
        for (int i = 0; i < spent.length; i++) {
            Slice slice = spent[i];
            if (slice != null) {
                slice.putBack(asks.get(i).cost());
            }
        }
    }

    /** @return one decision per ask; all of them {@link Decision.Unavailable} where the store did not answer */
    Uni<List<Decision>> acquire(List<Ask> asks) {
        int n = asks.size();
        long now = nanoClock.getAsLong();
        int epoch = slices.epoch();
        @Nullable Slice[] spent = new @Nullable Slice[n];
        @Nullable Account[] accounts = new @Nullable Account[n];
        @Nullable Fetch[] fetches = new @Nullable Fetch[n];
        List<Ask> remote = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            Ask ask = asks.get(i);
            Account account = ask.cost() == 0 || !Slices.leases(ask.limit()) ? null : slices.of(ask);
            if (account == null) {
                remote.add(ask);
                continue;
            }
            accounts[i] = account;
            spent[i] = account.spend(ask.cost());
            if (spent[i] == null) {
                account.missed(ask.cost());
                long want = account.want(now);
                fetches[i] = want > 0 ? new Fetch(account, want).at(now, epoch) : null;
                remote.add(want > 0 ? ask.withSlice(want) : ask);
            }
        }
        if (remote.isEmpty()) {
            return Uni.createFrom().item(merged(accounts, spent, List.of()));
        }
        return store.acquire(remote).map(told -> {
            boolean away = told.contains(Decision.UNAVAILABLE);
            if (away || Verdict.of(remote, told).outcome() == Verdict.Outcome.DENIED) {
                putBack(asks, spent);
            }
            int next = 0;
            for (int i = 0; i < n; i++) {
                if (spent[i] == null) {
                    Decision decision = told.get(next++);
                    arrived(accounts[i], fetches[i], decision);
                }
            }
            return away ? Collections.nCopies(n, Decision.UNAVAILABLE) : merged(accounts, spent, told);
        });
    }

    private void arrived(@Nullable Account account, @Nullable Fetch fetch, Decision decision) {
        if (fetch != null) {
            fetch.arrived(decision);
        } else if (account != null) {
            told(account, decision);
        }
    }

    private List<Decision> merged(@Nullable Account[] accounts, @Nullable Slice[] spent, List<Decision> told) {
        long now = nanoClock.getAsLong();
        List<Decision> decisions = new ArrayList<>(spent.length);
        int next = 0;
        for (int i = 0; i < spent.length; i++) {
            Account account = accounts[i];
            decisions.add(spent[i] != null && account != null ? decision(account, spent[i], now) : told.get(next++));
        }
        return decisions;
    }

    private static void told(Account account, Decision decision) {
        if (decision instanceof Decision.Allowed allowed) {
            account.told(allowed.remaining(), allowed.reset());
        } else if (decision instanceof Decision.Denied denied) {
            account.told(denied.remaining(), denied.reset());
        }
    }

    /** A slice on its way. */
    private final class Fetch {
        private final Account account;
        private final long units;
        private long sent;
        private int epoch;

        Fetch(Account account, long units) {
            this.account = account;
            this.units = units;
        }

        Fetch at(long now, int since) {
            sent = now;
            epoch = since;
            return this;
        }

        void send() {
            at(nanoClock.getAsLong(), slices.epoch());
            store.acquire(List.of(new Ask(account.limit, account.key, 0).withSlice(units)))
                    .subscribe()
                    .with(decisions -> arrived(decisions.get(0)));
        }

        void arrived(Decision decision) {
            told(account, decision);
            Settlement.GiveBack late = decision instanceof Decision.Allowed allowed
                    ? slices.arrived(account, allowed.receipt(), sent, epoch)
                    : null;
            account.fetched(nanoClock.getAsLong() - sent);
            if (late != null) {
                settlements.send(List.of(late));
            }
        }
    }
}
