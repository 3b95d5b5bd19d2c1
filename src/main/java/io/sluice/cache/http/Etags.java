package io.sluice.cache.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Entity tags that are made here. */
public final class Etags {
    private static final String GZIPPED = "-gzip\"";

    private Etags() {}

    /** 128 bits of the body's SHA-256, quoted; equal bodies have equal tags on every instance. */
    public static String strong(byte[] body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The tag of the gzipped representation: a strong one is of one coding, a weak one may be of both (RFC 9110 §8.8.1). */
    public static String gzipped(String etag) {
        return isStrong(etag) ? etag.substring(0, etag.length() - 1) + GZIPPED : etag;
    }

    private static boolean isStrong(String etag) {
        return etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"");
    }

    /** Whether an {@code If-Match} may have a tag that was made by {@link #gzipped}. */
    public static boolean mayBeGzipped(String ifMatch) {
        return ifMatch.contains(GZIPPED);
    }

    /**
     * An {@code If-Match} for an origin that knows only its own tags: with the one that each gzipped tag was made from. The condition is
     * on the state that the client saw, which is the same in both codings.
     */
    public static String withOrigins(String ifMatch) {
        StringBuilder all = new StringBuilder(ifMatch);
        int open = ifMatch.indexOf('"');
        while (open >= 0) {
            int close = ifMatch.indexOf('"', open + 1);
            if (close < 0) {
                break;
            }
            String tag = ifMatch.substring(open, close + 1);
            if (tag.endsWith(GZIPPED) && !ifMatch.startsWith("W/", open - 2)) {
                all.append(", ").append(tag, 0, tag.length() - GZIPPED.length()).append('"');
            }
            open = ifMatch.indexOf('"', close + 1);
        }
        return all.toString();
    }
}
