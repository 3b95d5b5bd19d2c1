package io.sluice.redis;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheKey;
import io.sluice.cache.Outcome;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes over the line, as bytes. A barrier begins with its instant, a double, whose first byte is 0x40 or more; what begins with less is a
 * version that is not known here, and has the same head behind that byte: see RATIONALE.md.
 */
final class Messages {
    private static final byte FIRST_OF_AN_INSTANT = 0x40;

    /** Microseconds since 1970, of the years 2005 and 2112: an instant of another version that is not between them is none. */
    private static final long EARLIEST = 1L << 50;

    private static final long LATEST = 1L << 52;

    private Messages() {}

    /** The end of a load. */
    record Wake(CacheKey key, Outcome outcome) {}

    /** A barrier; sender and number are empty where nobody waits for confirmations. */
    record Barrier(long instant, String sender, String number, List<String> names) {}

    static byte[] wake(CacheKey key, Outcome outcome) {
        byte[] route = key.route().getBytes(StandardCharsets.UTF_8);
        byte[] text = key.text().getBytes(StandardCharsets.UTF_8);
        byte[] answer = outcome instanceof Outcome.Failed failed ? failed.answer() : new byte[0];
        char kind = outcome instanceof Outcome.Failed ? 'F' : outcome instanceof Outcome.Unshared ? 'U' : 'E';
        return ByteBuffer.allocate(9 + route.length + text.length + answer.length)
                .put((byte) kind)
                .putInt(route.length)
                .put(route)
                .putInt(text.length)
                .put(text)
                .put(answer)
                .array();
    }

    static @Nullable Wake wake(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            byte kind = in.get();
            CacheKey key = new CacheKey(text(in, in.getInt()), text(in, in.getInt()));
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            return new Wake(
                    key,
                    switch (kind) {
                        case 'F' -> new Outcome.Failed(rest);
                        case 'U' -> new Outcome.Unshared();
                        default -> new Outcome.Ended();
                    });
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Of a version that is not known here, one on everything: what it is about cannot be told.
     *
     * @return null where not even the head can be read
     */
    static @Nullable Barrier barrier(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            boolean known = in.get(0) >= FIRST_OF_AN_INSTANT; // signed: no instant is negative
            if (!known) {
                in.get();
            }
            long instant = (long) in.getDouble();
            String sender = text(in, Short.toUnsignedInt(in.getShort()));
            String number = text(in, Short.toUnsignedInt(in.getShort()));
            if (!known) {
                return instant < EARLIEST || instant > LATEST
                        ? null
                        : new Barrier(instant, sender, number, List.of(Barriers.EVERYTHING));
            }
            List<String> names = new ArrayList<>();
            while (in.hasRemaining()) {
                names.add(text(in, Short.toUnsignedInt(in.getShort())));
            }
            return new Barrier(instant, sender, number, names);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return null;
        }
    }

    private static String text(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("no such length");
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
