package io.sluice.gateway;

import io.sluice.limit.Ask;
import io.sluice.limit.Limit;
import io.sluice.limit.Turns;
import io.sluice.limit.Verdict;
import io.sluice.telemetry.LimitMeters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One exchange's place among those who wait for their turn. */
final class Waiting implements Turns.Waiter {
    private final Turns turns;
    private final Turns.Turn turn;
    private final RoutePlan plan;
    private final Runnable ask;
    private final Consumer<Verdict> refuse;
    private @Nullable LimitMeters counted;

    /**
     * To be made on the event loop of the exchange, where both are called.
     *
     * @param ask asks the limits once more
     * @param refuse ends the waiting
     */
    Waiting(Turns turns, List<Ask> asks, RoutePlan plan, Runnable ask, Consumer<Verdict> refuse) {
        this.turns = turns;
        this.plan = plan;
        this.ask = ask;
        this.refuse = refuse;
        Context context = Vertx.currentContext();
        this.turn = turns.arrive(asks, task -> context.runOnContext(here -> task.run()), this);
    }

    /** Whether it may ask at once; else it waits, or was refused. */
    boolean mayAsk() {
        Turns.Arrival arrival = turns.enter(turn);
        if (arrival == Turns.Arrival.REFUSE) {
            refuse.accept(turns.refusal(turn));
        } else if (arrival == Turns.Arrival.WAIT) {
            count(turns.refusal(turn));
        }
        return arrival == Turns.Arrival.ASK;
    }

    /** Whether it waits on after a denial. */
    boolean goesOn(Verdict verdict) {
        boolean on = turns.denied(turn, verdict);
        if (on) {
            count(verdict);
        }
        return on;
    }

    /** It waits under the name of the first limit that made it wait. */
    private void count(Verdict verdict) {
        Limit limit = RateLimitFields.firstDenying(verdict);
        if (counted == null && limit != null) {
            counted = plan.meters(limit);
            counted.waits();
        }
    }

    boolean counted() {
        return counted != null;
    }

    /** Passed, refused or left; once more does nothing. */
    void over() {
        turns.end(turn);
        LimitMeters meters = counted;
        if (meters != null) {
            counted = null;
            meters.waitsNoMore();
        }
    }

    @Override
    public void turn() {
        ask.run();
    }

    @Override
    public void refused(Verdict verdict) {
        refuse.accept(verdict);
    }
}
