package io.sluice.redis;

import java.nio.charset.StandardCharsets;

/** Where a Redis Cluster places a key: CRC-16 (XMODEM) of what stands in its first braces, else of all of it. */
final class HashSlot {
    static final int COUNT = 16_384;

    private static final int POLYNOMIAL = 0x1021;
    private static final char[] TABLE = new char[256];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
            }
            TABLE[i] = (char) crc;
        }
    }

    private HashSlot() {}

    static int of(String key) {
        int from = 0;
        int to = key.length();
        int open = key.indexOf('{');
        if (open >= 0) {
            int close = key.indexOf('}', open + 1);
            if (close > open + 1) {
                from = open + 1;
                to = close;
            }
        }
        int crc = 0;
        for (int i = from; i < to; i++) {
            char c = key.charAt(i);
            if (c >= 0x80) {
                return ofBytes(key.substring(from, to).getBytes(StandardCharsets.UTF_8));
            }
            crc = next(crc, c);
        }
        return crc % COUNT;
    }

    private static int ofBytes(byte[] bytes) {
        int crc = 0;
        for (byte each : bytes) {
            crc = next(crc, each & 0xff);
        }
        return crc % COUNT;
    }

    private static int next(int crc, int octet) {
        return (crc << 8 & 0xffff) ^ TABLE[crc >>> 8 ^ octet];
    }
}
