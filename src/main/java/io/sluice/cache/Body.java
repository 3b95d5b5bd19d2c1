package io.sluice.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer, stored once: as they are, or gzipped. The plain bytes of gzipped ones are made when somebody first needs
 * them, and kept. Lengths are in bytes.
 */
public final class Body {
    /** zlib's 4: within 2% of the size that 6 makes of JSON, in two thirds of the time. */
    private static final int LEVEL = 4;

    private static final int BUFFER = 8192;

    private final byte[] stored;
    private final int length;
    private final boolean gzipped;
    private volatile byte @Nullable [] plain;

    private Body(byte[] stored, int length, boolean gzipped, byte @Nullable [] plain) {
        this.stored = stored;
        this.length = length;
        this.gzipped = gzipped;
        this.plain = plain;
    }

    public static Body of(byte[] plain) {
        return new Body(plain, plain.length, false, plain);
    }

    /**
     * As it was stored gzipped.
     *
     * @param length of the plain bytes
     */
    public static Body ofGzipped(byte[] stored, int length) {
        return new Body(stored, length, true, null);
    }

    /**
     * The same gzipped; itself where that does not spare a tenth at least.
     *
     * @param keep whether somebody is there who needs the plain bytes
     */
    public Body gzip(boolean keep) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length / 2);
        byte[] bytes = plain();
        try (GZIPOutputStream gzip = new Leveled(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes what is written", e);
        }
        return out.size() > length - length / 10
                ? this
                : new Body(out.toByteArray(), length, true, keep ? bytes : null);
    }

    private static final class Leveled extends GZIPOutputStream {
        Leveled(ByteArrayOutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(LEVEL);
        }
    }

    /** As they are stored; not to be changed. */
    public byte[] stored() {
        return stored;
    }

    public boolean isGzipped() {
        return gzipped;
    }

    /** The length of the plain bytes. */
    public int length() {
        return length;
    }

    /** Whether the plain bytes are here, so that {@link #plain} takes no time. */
    public boolean isPlainHere() {
        return plain != null;
    }

    /** Not to be changed. Blocks for a millisecond for about 256 KiB that are not here yet; made once, whoever asks. */
    public byte[] plain() {
        byte[] known = plain;
        return known == null ? expanded() : known;
    }

    private synchronized byte[] expanded() {
        byte[] known = plain;
        if (known == null) {
            known = gunzip();
            plain = known;
        }
        return known;
    }

    private byte[] gunzip() {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(stored), BUFFER)) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length != length || in.read() >= 0) {
                throw new IOException("not " + length + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("stored as gzip, and is none", e);
        }
    }

    /** Bytes held. */
    long weight() {
        return stored.length + (gzipped && plain != null ? (long) length : 0);
    }
}
