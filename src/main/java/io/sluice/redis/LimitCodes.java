package io.sluice.redis;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Limit;
import io.vertx.core.buffer.Buffer;
import java.math.BigInteger;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Limits as {@code limit-acquire.lua} reads them, each encoded once. By identity, because a table of routes holds
 * each limit once and to hash a record costs more than the rest. For one event loop.
 */
final class LimitCodes {
    /** More limits than that seen means that tables were swapped: forget those of the old ones. */
    private static final int MOST = 4096;

    /** So that twice as much is still below 2^53. */
    private static final long EXACT = 1L << 51;

    private final Map<Limit, byte[]> codes = new IdentityHashMap<>();

    Map<Limit, Integer> numbering() {
        return new IdentityHashMap<>(8);
    }

    byte[] of(Limit limit) {
        byte[] code = codes.get(limit);
        if (code == null) {
            if (codes.size() >= MOST) {
                codes.clear();
            }
            code = encode(limit);
            codes.put(limit, code);
        }
        return code;
    }

    private static byte[] encode(Limit limit) {
        boolean bucket = limit.algorithm() instanceof Algorithm.TokenBucket;
        long quota = limit.quota();
        long capacity = limit.capacity();
        long q = 0;
        long w = limit.window().calendarMonth() ? 0 : limit.window().micros();
        Buffer code = Buffer.buffer(51);
        code.appendByte(number(limit.algorithm()));
        code.appendByte((byte) (limit.shadow() ? 1 : 0));
        append7(code, quota);
        append7(code, capacity);
        if (bucket) {
            long divisor = BigInteger.valueOf(quota).gcd(BigInteger.valueOf(w)).longValueExact();
            q = quota / divisor;
            w = w / divisor;
        }
        append7(code, q);
        append7(code, w);
        append7(code, bucket ? capacity * (w / q) + capacity * (w % q) / q : 0);
        append7(code, bucket ? capacity * (w % q) % q : 0);
        append7(code, bucket && Math.multiplyHigh(capacity, w) == 0 && capacity * w < EXACT ? capacity * w : 0);
        return code.getBytes();
    }

    private static byte number(Algorithm algorithm) {
        if (algorithm instanceof Algorithm.FixedWindow) {
            return 1;
        } else if (algorithm instanceof Algorithm.SlidingWindow) {
            return 2;
        } else if (algorithm instanceof Algorithm.TokenBucket) {
            return 3;
        }
        return (byte) (algorithm instanceof Algorithm.SlidingLog ? 4 : 5);
    }

    static void append7(Buffer buffer, long value) {
        buffer.appendByte((byte) (value >>> 48))
                .appendUnsignedShort((int) (value >>> 32) & 0xffff)
                .appendUnsignedInt(value & 0xffff_ffffL);
    }
}
