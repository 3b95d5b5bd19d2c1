package io.sluice.redis;

import static io.sluice.limit.Limits.START;
import static io.sluice.limit.Limits.ask;
import static io.sluice.limit.Limits.bucket;
import static io.sluice.limit.Limits.fixed;
import static io.sluice.limit.Limits.log;
import static io.sluice.limit.Limits.one;
import static io.sluice.limit.Limits.sliding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Window;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Counters as they stand in Redis, byte by byte: what instances of the version before have counted. Where one of these fails, the format was
 * changed under keys that both versions use, and they would admit more than the limit while an upgrade lasts: see RATIONALE.md.
 */
class StoredCountersTest {
    private static final int HOUR = 3600;

    @RegisterExtension
    static final DrivenRedis redis = new DrivenRedis();

    private static final RedisLimitStore store = redis.store;

    @BeforeEach
    void begin() {
        redis.at(START);
    }

    private static Buffer with7(Buffer buffer, long value) {
        LimitCodes.append7(buffer, value);
        return buffer;
    }

    /** Three of four are taken there: one more passes, and another does not. */
    private static void three_of_four(Ask ask) {
        assertInstanceOf(Decision.Allowed.class, one(store, ask));
        assertInstanceOf(Decision.Denied.class, one(store, ask));
    }

    @Test
    void of_a_fixed_window() {
        Ask ask = ask(fixed(4, Window.ofSeconds(HOUR)), "k", 1);
        redis.call(
                Command.SET, ask.key(), with7(with7(Buffer.buffer(), START), 3).appendInt(HOUR));
        three_of_four(ask);
    }

    @Test
    void of_a_sliding_window() {
        Ask ask = ask(sliding(4, HOUR), "k", 1);
        redis.call(
                Command.SET,
                ask.key(),
                with7(Buffer.buffer().appendInt(HOUR), START).appendInt(3).appendInt(3));
        three_of_four(ask);
    }

    @Test
    void of_a_token_bucket() {
        Ask ask = ask(bucket(1, HOUR, 4), "k", 1);
        long unit = HOUR * 1_000_000L;
        redis.call(Command.SET, ask.key(), with7(with7(with7(with7(Buffer.buffer(), START + 3 * unit), 0), 1), unit));
        three_of_four(ask);
    }

    @Test
    void of_a_sliding_log() {
        Ask ask = ask(log(4, HOUR), "k", 1);
        redis.call(
                Command.ZADD,
                ask.key(),
                -1,
                with7(Buffer.buffer("T"), 3),
                START,
                with7(with7(Buffer.buffer(), START), 3));
        three_of_four(ask);
    }

    @Test
    void of_slots() {
        Limit two = Limit.of("test", new Algorithm.Concurrency(), 2, Window.ofSeconds(10), List.of());
        Ask ask = new Ask(two, "sluice:{k}c", 1, 0, false, 7);
        redis.call(Command.ZADD, ask.key(), START + 9_000_000L, "holder-1");
        assertInstanceOf(Decision.Allowed.class, one(store, ask));
        assertInstanceOf(Decision.Denied.class, one(store, new Ask(two, ask.key(), 1, 0, false, 8)));
        assertEquals(2, redis.call(Command.ZCARD, ask.key()).toInteger());
    }
}
