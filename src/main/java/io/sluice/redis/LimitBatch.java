package io.sluice.redis;

import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Receipt;
import io.sluice.limit.Settlement;
import io.sluice.limit.SliceLife;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Requests that go to Redis in one call, as {@code limit-acquire.lua} reads them. */
final class LimitBatch {
    /** Bounds what one call holds up Redis for, and the values that Lua unpacks at once. */
    private static final int MOST_REQUESTS = 64;

    private static final int MOST_ASKS = 512;
    private static final int ANSWER_SIZE = 21;
    private static final int RECEIPT_SIZE = 35;
    private static final int LAST = 1;
    private static final int MORE = 2;

    private final LimitCodes codes;
    private final Map<String, Integer> keyNumbers = new HashMap<>();
    private final Map<Limit, Integer> limitNumbers;
    private final List<String> keys = new ArrayList<>();
    private final Buffer limits = Buffer.buffer(128);
    private final Buffer asks = Buffer.buffer(512);
    /** What only some asks have. */
    private final Buffer more = Buffer.buffer(0);

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
            boolean extra = hasMore(ask);
            asks.appendByte((byte) ((i == last ? LAST : 0) + (extra ? MORE : 0)));
            if (extra) {
                LimitCodes.append7(more, ask.slice());
                more.appendUnsignedInt(ask.slice() > 0 ? SliceLife.of(limit, ask.slice()) : 0);
                more.appendByte((byte) (ask.receipt() ? 1 : 0));
                more.appendLong(ask.holder());
            }
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

    /** Whether this request goes with the others; with none it always does. */
    boolean fits(List<Ask> request) {
        return count == 0 || count + request.size() <= MOST_ASKS;
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

    /** Empty: no ask has more. */
    Buffer more() {
        return more;
    }

    /** Tells every request what the script returned. */
    void reply(byte[] answer) {
        each(answer, Waiter::reply);
    }

    /** What the requests took that were told long ago that nothing came: it goes back, as far as it can. */
    List<Settlement> unused(byte[] answer) {
        List<Settlement> unused = new ArrayList<>();
        each(answer, (waiter, decisions) -> {
            for (int i = 0; i < decisions.size(); i++) {
                Ask ask = waiter.asks().get(i);
                if (!(decisions.get(i) instanceof Decision.Allowed allowed)) {
                    continue;
                }
                if (ask.holder() != 0) {
                    unused.add(new Settlement.Release(ask.limit(), ask.key(), ask.holder()));
                } else if (!allowed.receipt().equals(Receipt.NONE)) {
                    unused.add(new Settlement.GiveBack(
                            ask.limit(),
                            ask.key(),
                            ask.cost() + allowed.receipt().granted(),
                            allowed.receipt()));
                }
            }
        });
        return unused;
    }

    /** Frees the slots that the requests asked for. */
    List<Settlement> slots() {
        List<Settlement> slots = new ArrayList<>();
        if (more.length() > 0) {
            for (Waiter waiter : waiters) {
                for (Ask ask : waiter.asks()) {
                    if (ask.holder() != 0) {
                        slots.add(new Settlement.Release(ask.limit(), ask.key(), ask.holder()));
                    }
                }
            }
        }
        return slots;
    }

    private void each(byte[] answer, BiConsumer<Waiter, List<Decision>> told) {
        int at = 0;
        int receipt = count * ANSWER_SIZE;
        for (Waiter waiter : waiters) {
            List<Ask> request = waiter.asks();
            List<Decision> decisions = new ArrayList<>(request.size());
            for (int i = 0; i < request.size(); i++) {
                boolean extra = hasMore(request.get(i));
                decisions.add(decision(answer, at, extra ? receipt : 0));
                at += ANSWER_SIZE;
                receipt += extra ? RECEIPT_SIZE : 0;
            }
            told.accept(waiter, decisions);
        }
    }

    void unavailable() {
        for (Waiter waiter : waiters) {
            waiter.unavailable();
        }
    }

    private static boolean hasMore(Ask ask) {
        return ask.slice() > 0 || ask.receipt() || ask.holder() != 0;
    }

    private static Decision decision(byte[] answer, int at, int receipt) {
        long remaining = read7(answer, at);
        long reset = read7(answer, at + 7);
        long wait = read7(answer, at + 14);
        if (wait == 0) {
            return new Decision.Allowed(remaining, reset, receipt == 0 ? Receipt.NONE : receipt(answer, receipt));
        }
        return new Decision.Denied(remaining, reset, wait == 1 ? Decision.NEVER : wait - 1);
    }

    private static Receipt receipt(byte[] answer, int at) {
        Receipt receipt = new Receipt(
                read7(answer, at),
                read7(answer, at + 7),
                read7(answer, at + 14),
                read7(answer, at + 21),
                read7(answer, at + 28));
        return receipt.at() == 0 ? Receipt.NONE : receipt;
    }

    private static long read7(byte[] bytes, int at) {
        long value = 0;
        for (int i = at; i < at + 7; i++) {
            value = value << 8 | (bytes[i] & 0xff);
        }
        return value;
    }
}
