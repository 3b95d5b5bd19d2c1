package io.sluice.limit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All slices of this process. Counters that are asked seldom have none: what they cost is forgotten soon. */
final class Slices {
    /** Each is some hundred bytes. Counters beyond have none until others are idle, and are asked exactly. */
    private static final int MOST_ACCOUNTS = 65_536;

    /** Between two looks, ns: who is not asked from one to the next is forgotten. */
    private static final long IDLE = 5_000_000_000L;

    /** When there is no room, ns. */
    private static final long PRESSED = 250_000_000L;

    /** How many are looked at in one tick: some ten µs. */
    private static final int AT_ONCE = 1_024;

    private final LongSupplier nanoClock;
    /** A map and no cache: it is asked for each request, and what a cache writes down of each costs more than the finding. */
    private final ConcurrentMap<String, Account> accounts = new ConcurrentHashMap<>();
    /** All that may still hold units, the first that is over first: lives differ, and a short one's units are of no use after a long one's end. */
    private final Queue<Slice> held = new PriorityBlockingQueue<>(64, (a, b) -> Long.signum(a.deadline - b.deadline));

    private volatile int epoch;
    private volatile boolean pressed;
    /** Of the one thread that ticks. */
    private Iterator<Account> look = Collections.emptyIterator();

    private long looked;

    Slices(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.looked = nanoClock.getAsLong();
    }

    /** Whether a limit's units can be taken ahead at all. */
    static boolean leases(Limit limit) {
        return limit.leased() && SliceLife.of(limit) > 0;
    }

    /** The account of a counter, a new one when there is none or when the limit's numbers are others; null: there is no room. */
    @Nullable
    Account of(Ask ask) {
        Account known = find(ask);
        if (known == null) {
            if (accounts.size() >= MOST_ACCOUNTS) {
                pressed = true;
                return null;
            }
            known = new Account(ask.limit(), ask.key(), nanoClock);
            accounts.put(ask.key(), known);
        }
        return known;
    }

    @Nullable
    Account find(Ask ask) {
        Account known = accounts.get(ask.key());
        if (known == null || !sameLimit(known.limit, ask.limit())) {
            return null;
        }
        if (!known.used) {
            known.used = true;
        }
        return known;
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

    /** Forgets accounts that nobody asked for. What is held of them is given back at its deadline. */
    private void forgetIdle(long now) {
        if (!look.hasNext()) {
            if (now - looked < (pressed ? PRESSED : IDLE)) {
                return;
            }
            looked = now;
            pressed = false;
            look = accounts.values().iterator();
        }
        for (int i = 0; i < AT_ONCE && look.hasNext(); i++) {
            Account account = look.next();
            if (account.used) {
                account.used = false;
            } else {
                look.remove();
            }
        }
    }

    /** Closes the slices that are past their deadline, and says what they leave. */
    List<Settlement> expired() {
        long now = nanoClock.getAsLong();
        forgetIdle(now);
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
        accounts.clear();
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
        accounts.clear();
    }
}
