package io.sluice.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All slices of this process. Counters that are asked seldom have none: what they cost is forgotten soon. */
final class Slices {
    /** Each is some hundred bytes; what is forgotten for want of room costs its units until their deadline at most. */
    private static final int MOST_ACCOUNTS = 65_536;

    private static final Duration IDLE = Duration.ofSeconds(5);

    private final LongSupplier nanoClock;
    private final Cache<String, Account> accounts;
    /** All that may still hold units, about in the order of their deadlines. */
    private final Queue<Slice> held = new ConcurrentLinkedQueue<>();

    private volatile int epoch;

    Slices(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.accounts = Caffeine.newBuilder()
                .maximumSize(MOST_ACCOUNTS)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .expireAfterAccess(IDLE)
                .build();
    }

    /** Whether a limit's units can be taken ahead at all. */
    static boolean leases(Limit limit) {
        return limit.leased() && SliceLife.of(limit) > 0;
    }

    /** The account of a counter, a new one when there is none or when the limit's numbers are others. */
    Account of(Ask ask) {
        Account known = find(ask);
        if (known == null) {
            known = new Account(ask.limit(), ask.key(), nanoClock);
            accounts.put(ask.key(), known);
        }
        return known;
    }

    @Nullable
    Account find(Ask ask) {
        Account known = accounts.getIfPresent(ask.key());
        return known != null && sameLimit(known.limit, ask.limit()) ? known : null;
    }

    @SuppressWarnings("ReferenceEquality") // the same numbers are the same object, and this is asked for each request
    private static boolean sameLimit(Limit a, Limit b) {
        return a == b || a.equals(b);
    }

    /** What was sent under an earlier epoch brings nothing that may be spent. */
    int epoch() {
        return epoch;
    }

    /**
     * Takes in what the store granted.
     *
     * @return what cannot be spent any more and is to be given back; null: nothing
     */
    Settlement.@Nullable GiveBack arrived(Account account, Receipt receipt, long sent, int sentEpoch) {
        if (receipt.granted() == 0) {
            return null;
        }
        Slice slice = new Slice(account.limit, account.key, receipt, sent);
        if (slice.over(nanoClock.getAsLong())) {
            return sentEpoch == epoch ? giveBack(slice) : null;
        }
        synchronized (held) {
            if (sentEpoch != epoch) {
                return null;
            }
            held.add(slice);
        }
        account.install(slice);
        return null;
    }

    /** Closes the slices that are past their deadline, and says what they leave. */
    List<Settlement> expired() {
        long now = nanoClock.getAsLong();
        List<Settlement> unspent = new ArrayList<>();
        Slice oldest = held.peek();
        while (oldest != null && oldest.over(now)) {
            held.remove(oldest);
            add(unspent, oldest);
            oldest = held.peek();
        }
        return unspent;
    }

    /** Closes all of them, and says what they leave. */
    List<Settlement> all() {
        List<Settlement> unspent = new ArrayList<>();
        for (Slice slice = held.poll(); slice != null; slice = held.poll()) {
            add(unspent, slice);
        }
        accounts.invalidateAll();
        return unspent;
    }

    private static void add(List<Settlement> unspent, Slice slice) {
        Settlement.GiveBack back = giveBack(slice);
        if (back != null) {
            unspent.add(back);
        }
    }

    private static Settlement.@Nullable GiveBack giveBack(Slice slice) {
        long left = slice.close();
        return left == 0 ? null : new Settlement.GiveBack(slice.limit, slice.key, left, slice.receipt);
    }

    /** Voids all: nothing of them is spent or given back, for the store may not know of them. */
    void forget() {
        synchronized (held) {
            epoch++;
            for (Slice slice = held.poll(); slice != null; slice = held.poll()) {
                slice.close();
            }
        }
        accounts.invalidateAll();
    }
}
