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
        long window = limit.window().calendarMonth() ? 0 : limit.window().micros();
        long q = 0;
        long w = 0;
        if (bucket) {
            long divisor = BigInteger.valueOf(limit.quota())
                    .gcd(BigInteger.valueOf(window))
                    .longValueExact();
            q = limit.quota() / divisor;
            w = window / divisor;
        }
        Buffer code = Buffer.buffer(51);
        code.appendByte((byte) (bucket ? 3 : limit.algorithm() instanceof Algorithm.SlidingWindow ? 2 : 1));
        code.appendByte((byte) (limit.shadow() ? 1 : 0));
        append7(code, limit.quota());
        append7(code, window);
        append7(code, limit.capacity());
        append7(code, q);
        append7(code, w);
        append7(code, bucket ? limit.capacity() * (w / q) + limit.capacity() * (w % q) / q : 0);
        append7(code, bucket ? limit.capacity() * (w % q) % q : 0);
        return code.getBytes();
    }

    static void append7(Buffer buffer, long value) {
        buffer.appendByte((byte) (value >>> 48))
                .appendUnsignedShort((int) (value >>> 32) & 0xffff)
                .appendUnsignedInt(value & 0xffff_ffffL);
    }
}
