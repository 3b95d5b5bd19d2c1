package io.sluice.redis;

import io.sluice.cache.Body;
import io.sluice.cache.Entry;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Entries as bytes, their bodies as they are stored: version, kind, what the scripts read (start, fresh, refresh as doubles; tags), the rest, and a CRC-32
 * of it all. Big-endian. Anything that is not exactly that is nobody's entry.
 */
final class EntryCodec {
    /** In the keys too, so that two versions of a fleet never meet at one place: see RATIONALE.md. The scripts know it as ENTRY. */
    static final byte VERSION = 2;

    private static final byte ENTRY = 1;
    private static final byte MARKER = 2;
    /** An entry with a gzipped body, which those that do not know it take for nobody's. */
    private static final byte GZIPPED = 3;

    private static final int FIXED = 72;
    /** Added to the kind of an entry that was written through: its start is not in the checksum, since the script knows it first. */
    private static final byte WRITTEN = 4;

    private static final int START = 2;

    /** The largest number that a script's double holds exactly stands for never. */
    private static final long NEVER = 1L << 52;

    private EntryCodec() {}

    static byte[] encode(Entry entry) {
        return encode(entry, (byte) 0);
    }

    /** Its start, 8 bytes behind the first two, is for the script to put in. */
    static byte[] encodeWritten(Entry entry) {
        return encode(entry, WRITTEN);
    }

    private static byte[] encode(Entry entry, byte written) {
        List<byte[]> tags = bytes(entry.tags());
        List<byte[]> headers = bytes(entry.headers());
        Body body = entry.body();
        int size = FIXED + 4 + body.stored().length;
        for (byte[] tag : tags) {
            size += 2 + tag.length;
        }
        for (byte[] header : headers) {
            size += 4 + header.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size + 4)
                .put(VERSION)
                .put((byte) ((body.isGzipped() ? GZIPPED : ENTRY) + written))
                .putDouble(entry.start())
                .putDouble(Math.min(NEVER, entry.fresh()))
                .putDouble(Math.min(NEVER, entry.refreshAfter()))
                .putShort((short) tags.size());
        for (byte[] tag : tags) {
            out.putShort((short) tag.length).put(tag);
        }
        out.putInt(entry.status())
                .putLong(entry.initialAge())
                .putLong(entry.lead())
                .putLong(entry.staleWhileRevalidate())
                .putLong(entry.staleIfError())
                .putInt(headers.size());
        for (byte[] header : headers) {
            out.putInt(header.length).put(header);
        }
        if (body.isGzipped()) {
            out.putInt(body.length());
        }
        out.putInt(body.stored().length).put(body.stored());
        return sealed(out);
    }

    static @Nullable Entry decode(byte[] bytes) {
        byte kind = bytes.length > 1 ? bytes[1] : 0;
        boolean gzipped = (kind & ~WRITTEN) == GZIPPED;
        ByteBuffer in = gzipped || (kind & ~WRITTEN) == ENTRY ? opened(bytes, kind) : null;
        if (in == null) {
            return null;
        }
        try {
            double told = in.getDouble();
            long start = (long) told;
            if (start != told || start <= 0) {
                return null;
            }
            long fresh = (long) in.getDouble();
            long refresh = (long) in.getDouble();
            List<String> tags = new ArrayList<>();
            for (int n = Short.toUnsignedInt(in.getShort()); n > 0; n--) {
                tags.add(text(in, Short.toUnsignedInt(in.getShort())));
            }
            int status = in.getInt();
            long initialAge = in.getLong();
            long lead = in.getLong();
            long staleWhileRevalidate = in.getLong();
            long staleIfError = in.getLong();
            List<String> headers = new ArrayList<>();
            for (int n = in.getInt(); n > 0; n--) {
                headers.add(text(in, in.getInt()));
            }
            int length = gzipped ? in.getInt() : 0;
            byte[] body = new byte[in.getInt()];
            in.get(body);
            return new Entry(
                    status,
                    List.copyOf(headers),
                    gzipped ? Body.ofGzipped(body, length) : Body.of(body),
                    start,
                    initialAge,
                    fresh,
                    refresh == NEVER ? Long.MAX_VALUE : refresh,
                    lead,
                    staleWhileRevalidate,
                    staleIfError,
                    List.copyOf(tags));
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            return null;
        }
    }

    /** What stands in place of an entry whose key has variants; padded so that scripts read both alike. */
    static byte[] marker(List<String> names) {
        byte[] text = String.join(",", names).getBytes(StandardCharsets.UTF_8);
        return sealed(ByteBuffer.allocate(FIXED + text.length + 4)
                .put(VERSION)
                .put(MARKER)
                .putDouble(0)
                .putDouble(0)
                .putDouble(0)
                .putShort((short) 0)
                .putInt(text.length)
                .put(text));
    }

    static @Nullable List<String> names(byte[] bytes) {
        ByteBuffer in = opened(bytes, MARKER);
        if (in == null) {
            return null;
        }
        try {
            in.position(28);
            return List.of(text(in, in.getInt()).split(","));
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            return null;
        }
    }

    private static byte[] sealed(ByteBuffer out) {
        byte[] bytes = new byte[out.position() + 4];
        out.flip().get(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, checksum(bytes));
        return bytes;
    }

    private static @Nullable ByteBuffer opened(byte[] bytes, byte kind) {
        if (bytes.length < 32 || bytes[0] != VERSION || bytes[1] != kind) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt(bytes.length - 4) != checksum(bytes)) {
            return null;
        }
        return in.limit(bytes.length - 4).position(2);
    }

    private static int checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        int from = 0;
        if ((bytes[1] & WRITTEN) != 0) {
            crc.update(bytes, 0, START);
            from = START + 8;
        }
        crc.update(bytes, from, bytes.length - 4 - from);
        return (int) crc.getValue();
    }

    private static String text(ByteBuffer in, int length) {
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }
}
