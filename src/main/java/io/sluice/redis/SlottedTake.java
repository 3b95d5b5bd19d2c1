package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Receipt;
import io.sluice.limit.Settlement;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * One request on its way through its slots. Once it is decided, or late, a slot that still answers that it was taken is
 * given back.
 */
final class SlottedTake {
    /** Stands for what is not known of a limit that did not deny: there was no time left to ask. */
    private static final Decision NOT_TOLD = new Decision.Allowed(0, 0);

    /** After the deadline: the least that a timer takes. */
    private static final long LAST_LOOK_MILLIS = 1;

    private final SlotBySlot store;
    private final List<Ask> asks;
    private final List<List<Integer>> parts;
    private final Consumer<List<Decision>> told;
    private final Decision[] decisions;
    private int next;
    private int awaited;
    private boolean over;
    private boolean denied;
    private Runnable cancelTimer = () -> {};

    /** @param parts the places in {@code asks} that lie in one slot, in the order in which they are taken */
    SlottedTake(SlotBySlot store, List<Ask> asks, List<List<Integer>> parts, Consumer<List<Decision>> told) {
        this.store = store;
        this.asks = asks;
        this.parts = parts;
        this.told = told;
        this.decisions = new Decision[asks.size()];
        Arrays.fill(decisions, NOT_TOLD);
    }

    void begin(Vertx vertx, long deadlineMillis) {
        // A loop that was held up itself reads what has come before it gives up.
        long timer = vertx.setTimer(deadlineMillis, due -> vertx.setTimer(LAST_LOOK_MILLIS, late -> late()));
        cancelTimer = () -> vertx.cancelTimer(timer);
        take();
    }

    private void take() {
        List<Integer> part = parts.get(next);
        List<Ask> own = new ArrayList<>(part.size());
        for (int place : part) {
            Ask ask = asks.get(place);
            own.add(new Ask(ask.limit(), ask.key(), ask.cost(), ask.slice(), ask.holder() == 0, ask.holder()));
        }
        at(part).acquire(own).subscribe().with(reply -> taken(part, reply));
    }

    private synchronized void taken(List<Integer> part, List<Decision> reply) {
        for (int i = 0; i < part.size(); i++) {
            if (over) {
                continue;
            }
            decisions[part.get(i)] = reply.get(i);
        }
        boolean refused = false;
        boolean away = false;
        for (int i = 0; i < part.size(); i++) {
            away |= reply.get(i) instanceof Decision.Unavailable;
            refused |= reply.get(i) instanceof Decision.Denied
                    && !asks.get(part.get(i)).limit().shadow();
        }
        if (over) {
            if (!refused && !away) {
                send(givenBack(part, reply));
            }
        } else if (away) {
            unavailable();
        } else if (refused) {
            deny();
        } else if (++next < parts.size()) {
            take();
        } else {
            end(bare());
        }
    }

    private synchronized void late() {
        if (denied) {
            end(List.of(decisions));
        } else {
            unavailable();
        }
    }

    private void unavailable() {
        if (!over) {
            givenBack().forEach(SlottedTake::send);
            end(Collections.nCopies(asks.size(), Decision.UNAVAILABLE));
        }
    }

    /** What the other limits have now, as one call for all of them would have told. */
    private void deny() {
        denied = true;
        awaited = parts.size() - 1;
        List<Uni<List<Settlement>>> back = givenBack();
        for (int i = 0; i < parts.size(); i++) {
            List<Integer> part = parts.get(i);
            if (i < next) {
                part.forEach(place -> decisions[place] = NOT_TOLD);
                back.get(i).subscribe().with(done -> peek(part), failed -> peek(part));
            } else if (i > next) {
                peek(part);
            }
        }
    }

    private void peek(List<Integer> part) {
        List<Ask> peeks = new ArrayList<>(part.size());
        for (int place : part) {
            peeks.add(new Ask(asks.get(place).limit(), asks.get(place).key(), 0));
        }
        at(part).acquire(peeks).subscribe().with(reply -> peeked(part, reply));
    }

    private synchronized void peeked(List<Integer> part, List<Decision> reply) {
        for (int i = 0; i < part.size(); i++) {
            if (!(reply.get(i) instanceof Decision.Unavailable)) {
                decisions[part.get(i)] = reply.get(i);
            }
        }
        if (--awaited == 0) {
            end(List.of(decisions));
        }
    }

    private void end(List<Decision> reply) {
        if (!over) {
            over = true;
            cancelTimer.run();
            told.accept(reply);
        }
    }

    /** Receipts that nobody asked for are not told. */
    private List<Decision> bare() {
        List<Decision> bare = new ArrayList<>(decisions.length);
        for (int i = 0; i < decisions.length; i++) {
            bare.add(
                    decisions[i] instanceof Decision.Allowed allowed
                                    && !asks.get(i).receipt()
                            ? new Decision.Allowed(allowed.remaining(), allowed.reset())
                            : decisions[i]);
        }
        return bare;
    }

    /** Gives back what lies before the slot that is asked now, when subscribed to. */
    private List<Uni<List<Settlement>>> givenBack() {
        List<Uni<List<Settlement>>> back = new ArrayList<>(next);
        for (int i = 0; i < next; i++) {
            List<Integer> part = parts.get(i);
            back.add(
                    givenBack(part, part.stream().map(place -> decisions[place]).toList()));
        }
        return back;
    }

    private Uni<List<Settlement>> givenBack(List<Integer> part, List<Decision> reply) {
        List<Settlement> back = new ArrayList<>(part.size());
        for (int i = 0; i < part.size(); i++) {
            Ask ask = asks.get(part.get(i));
            if (reply.get(i) instanceof Decision.Allowed allowed) {
                Receipt receipt = allowed.receipt();
                if (ask.holder() != 0) {
                    back.add(new Settlement.Release(ask.limit(), ask.key(), ask.holder()));
                } else if (ask.cost() + receipt.granted() > 0) {
                    back.add(new Settlement.GiveBack(ask.limit(), ask.key(), ask.cost() + receipt.granted(), receipt));
                }
            }
        }
        return back.isEmpty() ? Uni.createFrom().item(List.of()) : at(part).settle(back);
    }

    private static void send(Uni<List<Settlement>> settlement) {
        settlement.subscribe().with(done -> {}, failed -> {});
    }

    private LimitStore at(List<Integer> part) {
        return store.store(asks.get(part.get(0)).key());
    }
}
