package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.sluice.limit.Settlement;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/**
 * Limits whose keys lie in several slots, each decided by itself: taken slot by slot in one fixed order, and given back
 * when a later one denies or does not answer. Nobody is ever over-admitted; others may be denied meanwhile. The fixed
 * order is what keeps two requests from denying each other where one should pass.
 */
final class SlotBySlot implements LimitStore {
    private final Vertx vertx;
    private final IntFunction<? extends LimitStore> stores;
    private final ToIntFunction<String> slots;
    private final long deadlineMillis;

    /**
     * @param stores what decides the keys of a slot, at one instant
     * @param slots of a key
     * @param deadlineMillis for a whole request, however many slots it takes
     */
    SlotBySlot(
            Vertx vertx, IntFunction<? extends LimitStore> stores, ToIntFunction<String> slots, long deadlineMillis) {
        this.vertx = vertx;
        this.stores = stores;
        this.slots = slots;
        this.deadlineMillis = deadlineMillis;
    }

    @Override
    public Uni<List<Decision>> acquire(List<Ask> asks) {
        if (asks.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        if (together(asks)) {
            return store(asks.get(0).key()).acquire(asks);
        }
        return Uni.createFrom()
                .emitter(emitter ->
                        new SlottedTake(this, asks, parts(asks), emitter::complete).begin(vertx, deadlineMillis));
    }

    @Override
    public boolean together(List<Ask> asks) {
        if (asks.size() > 1) {
            int slot = slots.applyAsInt(asks.get(0).key());
            for (int i = 1; i < asks.size(); i++) {
                if (slots.applyAsInt(asks.get(i).key()) != slot) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The places in the request of what lies in one slot, for each slot in order. */
    private List<List<Integer>> parts(List<Ask> asks) {
        SortedMap<Integer, List<Integer>> bySlot = new TreeMap<>();
        for (int i = 0; i < asks.size(); i++) {
            bySlot.computeIfAbsent(slots.applyAsInt(asks.get(i).key()), slot -> new ArrayList<>())
                    .add(i);
        }
        return List.copyOf(bySlot.values());
    }

    @Override
    public Uni<List<Settlement>> settle(List<Settlement> settlements) {
        SortedMap<Integer, List<Settlement>> bySlot = new TreeMap<>();
        for (Settlement settlement : settlements) {
            bySlot.computeIfAbsent(slots.applyAsInt(settlement.key()), slot -> new ArrayList<>())
                    .add(settlement);
        }
        if (bySlot.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<Uni<List<Settlement>>> all = new ArrayList<>();
        bySlot.forEach((slot, own) -> all.add(stores.apply(slot).settle(own)));
        return all.size() == 1 ? all.get(0) : Uni.combine().all().unis(all).with(SlotBySlot::unacknowledged);
    }

    private static List<Settlement> unacknowledged(List<?> ofEachSlot) {
        List<Settlement> all = new ArrayList<>();
        for (Object slot : ofEachSlot) {
            for (Object settlement : (List<?>) slot) {
                all.add((Settlement) settlement);
            }
        }
        return all;
    }

    LimitStore store(String key) {
        return stores.apply(slots.applyAsInt(key));
    }
}
