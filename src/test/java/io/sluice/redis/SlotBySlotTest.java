package io.sluice.redis;

import static io.sluice.limit.Limits.HOUR;
import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.all;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static io.sluice.limit.Limits.sliding;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Decision.Denied;
import io.sluice.limit.Decision.Unavailable;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitStore;
import io.sluice.limit.LimitStoreContract;
import io.sluice.limit.Limits;
import io.sluice.limit.MemoryLimitStore;
import io.sluice.limit.Settlement;
import io.sluice.limit.Window;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The contract of every store, held by several that know nothing of each other: each algorithm's keys have a slot of their own. */
class SlotBySlotTest extends LimitStoreContract {
    private static final Vertx VERTX = Vertx.vertx();
    private static final int DEADLINE = 500;
    private static final Limit FIRST = fixed(5, Window.ofSeconds(3600));
    private static final Limit SECOND = sliding(1, 3600);

    private final AtomicLong now = new AtomicLong(START);
    private final Map<Integer, Slot> slots = new ConcurrentHashMap<>();
    private final SlotBySlot store = new SlotBySlot(
            VERTX, slot -> slots.computeIfAbsent(slot, made -> new Slot()), SlotBySlotTest::slot, DEADLINE);

    @AfterAll
    static void stop() {
        TestRedis.await(VERTX.close());
    }

    /** Fixed windows before sliding ones before buckets. */
    private static int slot(String key) {
        return key.contains("}Fixed") ? 1 : key.contains("}Sliding") ? 2 : key.contains("}Token") ? 3 : 4;
    }

    /** A store of one slot that can go away, and can hold its answer back. */
    private final class Slot implements LimitStore {
        final MemoryLimitStore counters = Limits.oracle(now);
        final List<Settlement> settled = new CopyOnWriteArrayList<>();
        volatile boolean away;
        volatile boolean holds;
        final List<Runnable> held = new CopyOnWriteArrayList<>();

        @Override
        public Uni<List<Decision>> acquire(List<Ask> asks) {
            if (away) {
                return Uni.createFrom().item(Collections.nCopies(asks.size(), Decision.UNAVAILABLE));
            }
            Uni<List<Decision>> decided = counters.acquire(asks);
            return holds ? Uni.createFrom().emitter(emitter -> hold(decided, emitter)) : decided;
        }

        private void hold(Uni<List<Decision>> decided, UniEmitter<? super List<Decision>> emitter) {
            List<Decision> decisions = decided.await().indefinitely();
            held.add(() -> emitter.complete(decisions));
        }

        @Override
        public Uni<List<Settlement>> settle(List<Settlement> settlements) {
            if (away) {
                return Uni.createFrom().item(settlements);
            }
            settled.addAll(settlements);
            return counters.settle(settlements);
        }
    }

    @Override
    protected LimitStore store() {
        return store;
    }

    @Override
    protected void at(long micros) {
        now.set(micros);
    }

    private Slot slotOf(Limit limit) {
        return slots.computeIfAbsent(slot(ask(limit, "k", 1).key()), slot -> new Slot());
    }

    private long left(Limit limit) {
        return assertInstanceOf(Allowed.class, one(store, ask(limit, "k", 0))).remaining();
    }

    @Test
    void what_earlier_slots_took_is_given_back_when_a_later_one_does_not_answer() {
        slotOf(SECOND).away = true;
        assertEquals(
                List.of(Decision.UNAVAILABLE, Decision.UNAVAILABLE),
                all(store, ask(FIRST, "k", 2), ask(SECOND, "k", 1)));
        assertEquals(5, left(FIRST));
    }

    @Test
    void the_order_is_that_of_the_slots_whatever_that_of_the_asks() {
        slotOf(SECOND).away = true;
        all(store, ask(SECOND, "k", 1), ask(FIRST, "k", 2));
        assertEquals(1, slotOf(FIRST).settled.size(), "the first slot was taken though it was asked last");
    }

    @Test
    void a_slot_of_concurrency_is_released_when_a_later_limit_denies() {
        Limit held = Limit.of("test", new Algorithm.Concurrency(), 1, Window.ofSeconds(15), List.of());
        Ask slot = new Ask(held, "sluice:{k}Fixed-like", 1, 0, false, 77);
        one(store, ask(SECOND, "k", 1));
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(Denied.class, all(store, slot, ask(SECOND, "k", 1)).get(1));
        }
        assertInstanceOf(Allowed.class, one(store, new Ask(held, slot.key(), 1, 0, false, 78)));
    }

    @Test
    void a_request_is_answered_at_the_deadline_and_what_arrives_later_is_given_back() {
        slotOf(SECOND).holds = true;
        assertInstanceOf(
                Unavailable.class,
                all(store, ask(FIRST, "k", 2), ask(SECOND, "k", 1)).get(0));
        assertEquals(5, left(FIRST), "at once");
        slotOf(SECOND).held.forEach(Runnable::run);
        slotOf(SECOND).holds = false;
        await().until(() -> left(SECOND) == 1);
    }

    @Test
    void a_denial_at_the_deadline_stays_a_denial() {
        one(store, ask(FIRST, "k", 5));
        slotOf(SECOND).holds = true;
        List<Decision> decisions = all(store, ask(SECOND, "k", 1), ask(FIRST, "k", 1));
        assertEquals(new Denied(0, HOUR, HOUR), decisions.get(1));
        assertInstanceOf(Allowed.class, decisions.get(0), "not known, and no failure of the store");
    }

    @Test
    void receipts_are_told_to_those_who_asked_for_them() {
        Ask bare = ask(FIRST, "k", 1);
        Ask wanted = new Ask(SECOND, ask(SECOND, "k", 1).key(), 1, 0, true, 0);
        List<Decision> decisions = all(store, bare, wanted);
        assertEquals(new Allowed(4, HOUR), decisions.get(0));
        Allowed allowed = assertInstanceOf(Allowed.class, decisions.get(1));
        assertEquals(
                List.of(),
                store.settle(List.of(new Settlement.GiveBack(SECOND, wanted.key(), 1, allowed.receipt())))
                        .await()
                        .indefinitely());
        assertEquals(1, left(SECOND));
    }

    @Test
    void what_one_slot_did_is_done_though_another_did_not_answer() {
        slotOf(SECOND).away = true;
        Settlement done = new Settlement.Charge(FIRST, ask(FIRST, "k", 1).key(), 1);
        Settlement undone = new Settlement.Charge(SECOND, ask(SECOND, "k", 1).key(), 1);
        assertEquals(
                List.of(undone), store.settle(List.of(done, undone)).await().indefinitely());
        assertEquals(4, left(FIRST));
    }

    @Test
    void a_slice_is_given_back_whole() {
        one(store, ask(SECOND, "k", 1));
        Ask sliced = ask(FIRST, "k", 1).withSlice(2);
        all(store, sliced, ask(SECOND, "k", 1));
        assertEquals(5, left(FIRST));
    }

    @Test
    void only_what_lies_in_one_slot_is_decided_together() {
        assertTrue(store.together(List.of(ask(FIRST, "k", 1), ask(FIRST, "other", 1))));
        assertFalse(store.together(List.of(ask(FIRST, "k", 1), ask(bucket(1, 1, 1), "k", 1))));
    }
}
