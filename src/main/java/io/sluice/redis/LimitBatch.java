package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests that go to Redis in one call, as {@code limit-acquire.lua} reads them. */
final class LimitBatch {
    /** Bounds what one call holds up Redis for, and the values that Lua unpacks at once. */
    private static final int MOST_REQUESTS = 64;

    private static final int MOST_ASKS = 512;
    private static final int ANSWER_SIZE = 21;

    private final LimitCodes codes;
    private final Map<String, Integer> keyNumbers = new HashMap<>();
    private final Map<Limit, Integer> limitNumbers;
    private final List<String> keys = new ArrayList<>();
    private final Buffer limits = Buffer.buffer(128);
    private final Buffer asks = Buffer.buffer(512);
    private final List<Waiter> waiters = new ArrayList<>();
    private int count;

    LimitBatch(LimitCodes codes) {
        this.codes = codes;
        this.limitNumbers = codes.numbering();
    }

    /** @param request at least one ask */
    void add(List<Ask> request, Waiter waiter) {
        int last = request.size() - 1;
        for (int i = 0; i <= last; i++) {
            Ask ask = request.get(i);
            Limit limit = ask.limit();
            asks.appendUnsignedShort(numberOf(limit));
            asks.appendUnsignedShort(numberOf(ask.key()));
            LimitCodes.append7(asks, Math.min(ask.cost(), limit.capacity() + 1));
            asks.appendByte((byte) (i == last ? 1 : 0));
        }
        count += request.size();
        waiters.add(waiter);
    }

    private int numberOf(Limit limit) {
        Integer number = limitNumbers.get(limit);
        if (number == null) {
            number = limitNumbers.size() + 1;
            limitNumbers.put(limit, number);
            limits.appendBytes(codes.of(limit));
        }
        return number;
    }

    private int numberOf(String key) {
        Integer number = keyNumbers.get(key);
        if (number == null) {
            keys.add(key);
            number = keys.size();
            keyNumbers.put(key, number);
        }
        return number;
    }

    boolean full() {
        return waiters.size() >= MOST_REQUESTS || count >= MOST_ASKS;
    }

    List<String> keys() {
        return keys;
    }

    Buffer limits() {
        return limits;
    }

    Buffer asks() {
        return asks;
    }

    /** Tells every request what the script returned. */
    void reply(byte[] answer) {
        int at = 0;
        for (Waiter waiter : waiters) {
            List<Decision> decisions = new ArrayList<>(waiter.asks());
            for (int i = 0; i < waiter.asks(); i++) {
                decisions.add(decision(answer, at));
                at += ANSWER_SIZE;
            }
            waiter.reply(decisions);
        }
    }

    void unavailable() {
        for (Waiter waiter : waiters) {
            waiter.unavailable();
        }
    }

    private static Decision decision(byte[] answer, int at) {
        long remaining = read7(answer, at);
        long reset = read7(answer, at + 7);
        long wait = read7(answer, at + 14);
        if (wait == 0) {
            return new Decision.Allowed(remaining, reset);
        }
        return new Decision.Denied(remaining, reset, wait == 1 ? Decision.NEVER : wait - 1);
    }

    private static long read7(byte[] bytes, int at) {
        long value = 0;
        for (int i = at; i < at + 7; i++) {
            value = value << 8 | (bytes[i] & 0xff);
        }
        return value;
    }
}
