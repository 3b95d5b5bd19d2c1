package io.sluice.gateway;

import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Puts the value of a field together as the bytes that go out. A {@code String} would be looked through twice and turned into bytes, for
 * each answer.
 */
final class AsciiText {
    private static final int LONGEST_NUMBER = 20;

    private byte[] bytes;
    private int length;

    /** @param expected bytes; it grows where that is too few */
    AsciiText(int expected) {
        this.bytes = new byte[expected];
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** @param text ASCII alone */
    @SuppressWarnings("deprecation") // copies the low byte of each character, which is all that ASCII has
    AsciiText append(String text) {
        room(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
        return this;
    }

    AsciiText append(char c) {
        room(1);
        bytes[length++] = (byte) c;
        return this;
    }

    /** @param number from 0 on */
    AsciiText append(long number) {
        room(LONGEST_NUMBER);
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    /** Nothing may be appended after that. */
    AsciiString text() {
        return new AsciiString(bytes, 0, length, false);
    }
}
