package io.sluice.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends corrections to the store. What it did not acknowledge goes with the next ones, where to do it twice admits
 * nothing more: a charge or a release does, what is given back does not.
 */
final class Settlements {
    /** Beyond that the store has been away for long: slots expire by themselves, and debts are forgotten with windows. */
    private static final int MOST_WAITING = 10_000;

    /** Of those that wait, so many go with a call: the store may be away still. */
    private static final int MOST_AGAIN = 256;

    private final LimitStore store;
    private final ConcurrentLinkedQueue<Settlement> unacknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    Settlements(LimitStore store) {
        this.store = store;
    }

    /** What the end of an answer makes of what was taken. */
    static List<Settlement> atEnd(Verdict verdict, Function<String, @Nullable String> header) {
        List<Settlement> settlements = new ArrayList<>();
        for (int i = 0; i < verdict.asks().size(); i++) {
            if (verdict.decisions().get(i) instanceof Decision.Allowed allowed) {
                Settlement settlement = atEnd(verdict.asks().get(i), allowed, header);
                if (settlement != null) {
                    settlements.add(settlement);
                }
            }
        }
        return settlements;
    }

    private static @Nullable Settlement atEnd(
            Ask ask, Decision.Allowed allowed, Function<String, @Nullable String> header) {
        if (ask.holder() != 0) {
            return new Settlement.Release(ask.limit(), ask.key(), ask.holder());
        }
        if (!(ask.limit().cost() instanceof Cost.ResponseHeader cost) || !ask.receipt()) {
            return null;
        }
        String said = header.apply(cost.name());
        long spent = said == null ? -1 : Asker.wholeNumber(said.strip());
        if (spent > ask.cost()) {
            return new Settlement.Charge(ask.limit(), ask.key(), spent - ask.cost());
        }
        return spent < 0 || spent == ask.cost()
                ? null
                : new Settlement.GiveBack(ask.limit(), ask.key(), ask.cost() - spent, allowed.receipt());
    }

    static List<Settlement> renewals(Verdict verdict) {
        List<Settlement> settlements = new ArrayList<>();
        for (int i = 0; i < verdict.asks().size(); i++) {
            Ask ask = verdict.asks().get(i);
            if (ask.holder() != 0 && verdict.decisions().get(i) instanceof Decision.Allowed) {
                settlements.add(new Settlement.Renew(ask.limit(), ask.key(), ask.holder()));
            }
        }
        return settlements;
    }

    void send(List<Settlement> settlements) {
        List<Settlement> all = settlements;
        if (waiting.get() > 0) {
            all = new ArrayList<>(settlements);
            for (int i = 0; i < MOST_AGAIN; i++) {
                Settlement late = unacknowledged.poll();
                if (late == null) {
                    break;
                }
                waiting.decrementAndGet();
                all.add(late);
            }
        }
        if (!all.isEmpty()) {
            store.settle(all).subscribe().with(this::keep);
        }
    }

    private void keep(List<Settlement> settlements) {
        for (Settlement settlement : settlements) {
            if ((settlement instanceof Settlement.Charge || settlement instanceof Settlement.Release)
                    && waiting.get() < MOST_WAITING) {
                waiting.incrementAndGet();
                unacknowledged.add(settlement);
            }
        }
    }
}
