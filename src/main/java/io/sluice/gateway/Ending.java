package io.sluice.gateway;

import io.sluice.limit.Ask;
import io.sluice.limit.Limiter;
import io.sluice.limit.Turns;
import io.sluice.limit.Verdict;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is owed to the limits when an exchange that they allowed has ended, in whatever way: its slots are freed, and what
 * was reserved is settled. Until then its slots are renewed.
 */
final class Ending {
    /** A slot that is not renewed lives 15 s. */
    private static final long RENEW_MILLIS = 5_000;

    private static final Function<String, @Nullable String> NOTHING = name -> "0";

    private final Limiter limiter;
    private final Turns turns;
    private final Verdict verdict;
    private final Context context;
    private final Thread loop;
    private final long renewal;
    private Function<String, @Nullable String> said = name -> null;

    private Ending(Limiter limiter, Turns turns, Verdict verdict, Context context) {
        this.limiter = limiter;
        this.turns = turns;
        this.verdict = verdict;
        this.context = context;
        this.loop = Thread.currentThread();
        this.renewal = holds(verdict) ? context.owner().setPeriodic(RENEW_MILLIS, timer -> limiter.renew(verdict)) : -1;
    }

    /** To be called on the event loop that asked. */
    static Ending of(Limiter limiter, Turns turns, Verdict allowed) {
        return new Ending(limiter, turns, allowed, Vertx.currentContext());
    }

    private static boolean holds(Verdict verdict) {
        List<Ask> asks = verdict.asks();
        for (int i = 0; i < asks.size(); i++) {
            if (asks.get(i).holder() != 0) {
                return true;
            }
        }
        return false;
    }

    /** The head of the origin's answer: a header's value by its name. */
    void said(Function<String, @Nullable String> head) {
        said = head;
    }

    /** The origin was not asked on this request's behalf: what it reserved costs nothing. */
    void free() {
        said = NOTHING;
    }

    /** Once; on any thread. */
    void over() {
        if (Thread.currentThread().equals(loop)) {
            settle();
        } else {
            context.runOnContext(here -> settle());
        }
    }

    private void settle() {
        if (renewal >= 0) {
            context.owner().cancelTimer(renewal);
        }
        limiter.ended(verdict, said);
        turns.freed(verdict.asks());
    }
}
