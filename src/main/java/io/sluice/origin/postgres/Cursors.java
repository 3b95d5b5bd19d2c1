package io.sluice.origin.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Opaque words for a place in an order. Whose key differs, whose route or filters are others, and whose bytes were changed are refused:
 * an HMAC with SHA-256 (RFC 2104), cut to 16 bytes, is over all of it.
 */
public final class Cursors {
    private static final int MAC = 16;
    private static final int LONGEST = 8_192;

    private volatile SecretKeySpec key;

    /** @param key known to all instances that are to take each other's */
    public Cursors(byte[] key) {
        this.key = new SecretKeySpec(key.clone(), "HmacSHA256");
    }

    /** Of a key that no other process has. */
    public static Cursors ofThisProcess() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return new Cursors(key);
    }

    /** From now on with this key. */
    public void use(String secret) {
        key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    /**
     * @param bound what the cursor is good for
     * @param place what it says
     */
    String sign(String bound, String place) {
        byte[] text = place.getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(MAC + text.length)
                        .put(mac(bound, text))
                        .put(text)
                        .array());
    }

    /** What it says; null where it was not made here, or for something else. */
    @Nullable
    String read(String bound, String cursor) {
        if (cursor.length() > LONGEST) {
            return null;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            if (bytes.length < MAC) {
                return null;
            }
            byte[] text = Arrays.copyOfRange(bytes, MAC, bytes.length);
            boolean own = MessageDigest.isEqual(Arrays.copyOf(bytes, MAC), mac(bound, text));
            return own ? new String(text, StandardCharsets.UTF_8) : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    private byte[] mac(String bound, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            byte[] about = bound.getBytes(StandardCharsets.UTF_8);
            mac.update(ByteBuffer.allocate(4).putInt(about.length).array());
            mac.update(about);
            return Arrays.copyOf(mac.doFinal(text), MAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
