package io.sluice.redis;

import static io.sluice.limit.Limits.HOUR;
import static io.sluice.limit.Limits.SECOND;
import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.one;
import static io.sluice.limit.Limits.shadow;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Decision.Allowed;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitStore;
import io.sluice.limit.LimitStoreContract;
import io.sluice.limit.Window;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisLimitStoreTest extends LimitStoreContract {
    @RegisterExtension
    static final DrivenRedis redis = new DrivenRedis();

    private static final RedisLimitStore store = redis.store;

    @Override
    protected LimitStore store() {
        return store;
    }

    @Override
    protected void at(long micros) {
        redis.at(micros);
    }

    @Test
    void a_denial_and_a_peek_write_nothing() {
        at(START);
        for (Limit limit : List.of(fixed(3, Window.ofSeconds(1)), sliding(3, 1), bucket(1, 1, 3))) {
            one(store, ask(limit, "k", 4));
            one(store, ask(limit, "k", 0));
            one(store, ask(shadow(limit), "k", 4));
        }
        assertEquals(2, redis.call(Command.DBSIZE).toInteger(), "the clock's two keys only");
    }

    @Test
    void a_quiet_key_s_value_is_at_most_28_bytes() {
        for (Limit limit :
                List.of(fixed(1 << 30, Window.month()), sliding(1 << 30, 86_400), bucket(999_983, 86_400, 99_999))) {
            at(START);
            one(store, ask(limit, "k", 9_999));
            at(START + 2880 * SECOND);
            Ask ask = ask(limit, "k", 9_999);
            one(store, ask);
            assertTrue(redis.call(Command.STRLEN, ask.key()).toInteger() <= 28, ask.toString());
        }
    }

    @Test
    void a_key_expires_at_the_first_millisecond_at_which_it_equals_a_fresh_one() {
        long start = START + 777_777;
        for (Limit limit : List.of(
                fixed(5, Window.ofSeconds(7)),
                fixed(5, Window.month()),
                sliding(5, 1),
                sliding(5, 3600),
                bucket(7, 60, 5),
                bucket(10_000_000, 1, 5_000_000))) {
            at(start);
            Ask ask = ask(limit, "k" + limit.quota() + limit.window(), 3);
            assertInstanceOf(Allowed.class, one(store, ask));
            long expiry = expiry(ask.key());
            at(expiry * 1000 - 1000);
            assertTrue(remaining(ask) < limit.capacity(), () -> "too late: " + ask);
            at(expiry * 1000);
            assertEquals(limit.capacity(), remaining(ask), () -> "too early: " + ask);
        }
    }

    private static long remaining(Ask ask) {
        return assertInstanceOf(Allowed.class, one(store, new Ask(ask.limit(), ask.key(), 0)))
                .remaining();
    }

    /** In ms since 1970; PTTL and TIME are read at one instant. */
    private static long expiry(String key) {
        String script = "local t = redis.call('TIME') local p = redis.call('PTTL', KEYS[1]) return {t[1], t[2], p}";
        // Redis' cached millisecond inside a script and TIME may differ by less than one.
        var reply = redis.call(Command.EVAL, script, 1, key);
        double ms = reply.get(0).toLong() * 1000
                + reply.get(1).toLong() / 1000.0
                + reply.get(2).toLong();
        return (long) Math.floor(ms);
    }

    @Test
    void requests_of_one_tick_are_decided_in_order_and_each_all_or_nothing() {
        at(START);
        List<List<Ask>> requests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            requests.add(List.of(ask(sliding(150, 60), "all", 1), ask(bucket(1, 60, 30), "client" + i % 4, 1)));
        }
        redis.inOneTick(store, List.of(List.of(ask(sliding(1, 1), "connects", 0))));
        List<List<Decision>> decisions = redis.inOneTick(store, requests);
        int admitted = 0;
        for (int i = 0; i < 200; i++) {
            boolean allowed = i < 120;
            assertEquals(allowed, decisions.get(i).get(1) instanceof Allowed, "request " + i);
            admitted += decisions.get(i).get(1) instanceof Allowed ? 1 : 0;
            assertEquals(
                    new Allowed(150 - admitted, 61 * SECOND), decisions.get(i).get(0));
        }
        assertEquals(120, admitted);
    }

    @Test
    void a_request_without_limits_needs_no_redis() {
        assertEquals(List.of(), store.acquire(List.of()).await().indefinitely());
    }

    @Test
    void the_largest_numbers_a_limit_may_have_are_counted_exactly() {
        at(START);
        Limit wide = sliding(0xffff_ffffL, 3600);
        one(store, ask(wide, "k", 0xffff_fffeL));
        assertEquals(new Allowed(0, 3660 * SECOND), one(store, ask(wide, "k", 1)));
        Limit long1 = fixed(1L << 52, Window.ofSeconds(3600));
        one(store, ask(long1, "k", (1L << 52) - 1));
        assertEquals(new Allowed(0, HOUR), one(store, ask(long1, "k", 1)));
        Limit odd = bucket(94_906_249, 1, 94_906_249);
        one(store, ask(odd, "k", 94_906_248));
        assertEquals(
                0, assertInstanceOf(Allowed.class, one(store, ask(odd, "k", 1))).remaining());
    }
}
