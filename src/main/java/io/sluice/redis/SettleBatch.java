package io.sluice.redis;

import io.sluice.limit.Limit;
import io.sluice.limit.Receipt;
import io.sluice.limit.Settlement;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Corrections that go to Redis in one call, as {@code limit-settle.lua} reads them. */
final class SettleBatch {
    /** Bounds what one call holds up Redis for. */
    static final int MOST = 256;

    private final LimitCodes codes;
    private final Map<String, Integer> keyNumbers = new HashMap<>();
    private final Map<Limit, Integer> limitNumbers;
    private final List<String> keys = new ArrayList<>();
    private final Buffer limits = Buffer.buffer(128);
    private final Buffer corrections = Buffer.buffer(512);

    SettleBatch(LimitCodes codes) {
        this.codes = codes;
        this.limitNumbers = codes.numbering();
    }

    void add(Settlement settlement) {
        Limit limit = settlement.limit();
        corrections.appendUnsignedShort(limitNumbers.computeIfAbsent(limit, unknown -> {
            limits.appendBytes(codes.of(limit));
            return limitNumbers.size() + 1;
        }));
        corrections.appendUnsignedShort(keyNumbers.computeIfAbsent(settlement.key(), unknown -> {
            keys.add(settlement.key());
            return keys.size();
        }));
        if (settlement instanceof Settlement.GiveBack back) {
            append(1, back.units(), back.receipt(), 0);
        } else if (settlement instanceof Settlement.Charge charge) {
            append(2, Math.min(charge.units(), 1L << 52), Receipt.NONE, 0);
        } else if (settlement instanceof Settlement.Renew renew) {
            append(3, 0, Receipt.NONE, renew.holder());
        } else if (settlement instanceof Settlement.Release release) {
            append(4, 0, Receipt.NONE, release.holder());
        }
    }

    private void append(int kind, long units, Receipt receipt, long holder) {
        corrections.appendByte((byte) kind);
        LimitCodes.append7(corrections, units);
        LimitCodes.append7(corrections, receipt.at());
        LimitCodes.append7(corrections, receipt.arrival());
        LimitCodes.append7(corrections, receipt.given());
        corrections.appendLong(holder);
    }

    List<String> keys() {
        return keys;
    }

    Buffer limits() {
        return limits;
    }

    Buffer corrections() {
        return corrections;
    }
}
