package io.sluice.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.limit.Verdict.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Denials that still hold, so that abuse does not reach the store: kept until the cost could pass, at most a second,
 * counted from before the store was asked. One that holds no more is kept for a while, to tell that its counter is pressed on.
 */
final class Denials {
    private static final long LONGEST = 1_000_000_000;
    private static final Duration KEPT = Duration.ofSeconds(2);
    private static final int MOST = 65_536;

    /**
     * @param index of the denied ask in the verdict
     * @param until nanoseconds of the clock
     * @param received when the verdict came; what it says ages from there, so that it never promises too early
     */
    private record Remembered(Verdict verdict, int index, long until, long received) {
        Ask ask() {
            return verdict.asks().get(index);
        }

        boolean holds(Ask ask, long now) {
            return now - until < 0 && ask.cost() >= ask().cost() && sameNumbers(ask.limit(), ask().limit());
        }
    }

    private final LongSupplier nanoClock;
    private final Cache<String, Remembered> byKey;
    private volatile int generation;

    Denials(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.byKey = Caffeine.newBuilder()
                .maximumSize(MOST)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .expireAfterWrite(KEPT)
                .build();
    }

    /** A denial in reply to what was sent under an earlier generation is not remembered. */
    int generation() {
        return generation;
    }

    synchronized void forget() {
        generation++;
        byKey.invalidateAll();
    }

    /**
     * The denial that is already known of this request, with the last known decisions of its other limits; limits of
     * which none is known are left out.
     */
    @Nullable
    Verdict known(List<Ask> asks) {
        for (int i = 0; i < asks.size(); i++) {
            if (find(asks.get(i)) != null) {
                return verdict(asks);
            }
        }
        return null;
    }

    /** The first key of these that was denied lately and of which nothing is known any more; null: none. */
    @Nullable
    String lapsed(List<Ask> asks) {
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            if (ask.cost() > 0 && !ask.limit().shadow() && byKey.getIfPresent(ask.key()) != null) {
                return ask.key();
            }
        }
        return null;
    }

    /** That counter admits again. */
    void forget(String key) {
        byKey.invalidate(key);
    }

    private @Nullable Remembered find(Ask ask) {
        if (ask.limit().shadow() || ask.cost() == 0) {
            return null;
        }
        Remembered known = byKey.getIfPresent(ask.key());
        return known != null && known.holds(ask, nanoClock.getAsLong()) ? known : null;
    }

    private @Nullable Verdict verdict(List<Ask> asks) {
        long now = nanoClock.getAsLong();
        List<Ask> told = new ArrayList<>(asks.size());
        List<Decision> decisions = new ArrayList<>(asks.size());
        @Nullable Remembered[] found = new @Nullable Remembered[asks.size()];
        @Nullable Remembered any = null;
        for (int i = 0; i < found.length; i++) {
            found[i] = find(asks.get(i));
            any = any == null ? found[i] : any;
        }
        if (any == null) {
            return null;
        }
        for (int i = 0; i < found.length; i++) {
            Remembered own = found[i];
            Remembered source = own == null ? any : own;
            int index = own == null ? indexOf(source.verdict, asks.get(i)) : own.index;
            if (index >= 0) {
                told.add(asks.get(i));
                decisions.add(aged(source.verdict.decisions().get(index), (now - source.received) / 1000));
            }
        }
        return new Verdict(Outcome.DENIED, told, decisions);
    }

    private static int indexOf(Verdict verdict, Ask ask) {
        for (int i = 0; i < verdict.asks().size(); i++) {
            Ask other = verdict.asks().get(i);
            if (other.key().equals(ask.key()) && sameNumbers(other.limit(), ask.limit())) {
                return i;
            }
        }
        return -1;
    }

    static Decision aged(Decision decision, long micros) {
        if (decision instanceof Decision.Allowed allowed) {
            return new Decision.Allowed(allowed.remaining(), Math.max(0, allowed.reset() - micros));
        }
        if (decision instanceof Decision.Denied denied) {
            long retry =
                    denied.retryAfter() == Decision.NEVER ? Decision.NEVER : Math.max(1, denied.retryAfter() - micros);
            return new Decision.Denied(denied.remaining(), Math.max(1, denied.reset() - micros), retry);
        }
        return decision;
    }

    /** @param sent when the store was asked, and under which generation */
    synchronized void remember(Verdict verdict, long sent, int sentGeneration) {
        if (sentGeneration != generation) {
            return;
        }
        long received = nanoClock.getAsLong();
        for (int i = 0; i < verdict.asks().size(); i++) {
            Ask ask = verdict.asks().get(i);
            if (verdict.decisions().get(i) instanceof Decision.Denied denied
                    && !ask.limit().shadow()
                    // a slot may come free at any time
                    && !(ask.limit().algorithm() instanceof Algorithm.Concurrency)
                    && indexOf(verdict, ask) == i) {
                long wait =
                        denied.retryAfter() == Decision.NEVER ? LONGEST : Math.min(LONGEST, denied.retryAfter() * 1000);
                if (sent + wait - received > 0) {
                    byKey.put(ask.key(), new Remembered(verdict, i, sent + wait, received));
                }
            }
        }
    }

    private static boolean sameNumbers(Limit a, Limit b) {
        return a.quota() == b.quota()
                && a.capacity() == b.capacity()
                && a.window().equals(b.window());
    }
}
