package io.sluice.redis;

import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.LimitStore;
import io.sluice.limit.LimitStoreContract;
import io.sluice.limit.Settlement;
import io.sluice.limit.Window;
import io.smallrye.mutiny.Uni;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract where each algorithm's counters lie in slots of their own: one request takes several, of several nodes. */
@SuppressWarnings("NullAway.Init")
class RedisClusterSlotBySlotTest extends LimitStoreContract {
    private static TestCluster redis;
    private static LimitStore store;

    @BeforeAll
    static void start() {
        redis = new TestCluster(0);
        store = new Scattered(redis.driven());
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.empty();
    }

    @Override
    protected LimitStore store() {
        return store;
    }

    @Override
    protected void at(long micros) {
        redis.at(micros);
    }

    @Test
    void the_keys_lie_in_several_slots() {
        assertFalse(store.together(List.of(ask(fixed(1, Window.ofSeconds(1)), "k", 1), ask(sliding(1, 1), "k", 1))));
    }

    /** Places a key by all of it, where {@link io.sluice.limit.Limits} has one place for all algorithms. */
    private record Scattered(LimitStore inner) implements LimitStore {
        private static String key(String key) {
            return key.replace("}", "") + "}";
        }

        @Override
        public Uni<List<Decision>> acquire(List<Ask> asks) {
            return inner.acquire(asks(asks));
        }

        private static List<Ask> asks(List<Ask> asks) {
            return asks.stream()
                    .map(a -> new Ask(a.limit(), key(a.key()), a.cost(), a.slice(), a.receipt(), a.holder()))
                    .toList();
        }

        @Override
        public boolean together(List<Ask> asks) {
            return inner.together(asks(asks));
        }

        @Override
        public Uni<List<Settlement>> settle(List<Settlement> settlements) {
            return inner.settle(settlements.stream().map(Scattered::elsewhere).toList())
                    .map(undone -> undone.isEmpty() ? undone : settlements);
        }

        private static Settlement elsewhere(Settlement s) {
            if (s instanceof Settlement.GiveBack back) {
                return new Settlement.GiveBack(back.limit(), key(back.key()), back.units(), back.receipt());
            } else if (s instanceof Settlement.Charge charge) {
                return new Settlement.Charge(charge.limit(), key(charge.key()), charge.units());
            } else if (s instanceof Settlement.Renew renew) {
                return new Settlement.Renew(renew.limit(), key(renew.key()), renew.holder());
            }
            Settlement.Release release = (Settlement.Release) s;
            return new Settlement.Release(release.limit(), key(release.key()), release.holder());
        }
    }
}
