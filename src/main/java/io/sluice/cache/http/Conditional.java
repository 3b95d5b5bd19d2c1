package io.sluice.cache.http;

import org.jspecify.annotations.Nullable;

/** RFC 9110 §13 for a response that is here. */
public final class Conditional {
    private Conditional() {}

    /**
     * Whether a GET or HEAD is answered 304.
     *
     * @param ifNoneMatch the request's field, lines joined by a comma
     * @param ifModifiedSince looked at only without {@code ifNoneMatch}
     * @param etag the stored response's
     * @param lastModified the stored response's
     */
    public static boolean notModified(
            @Nullable String ifNoneMatch,
            @Nullable String ifModifiedSince,
            @Nullable String etag,
            @Nullable String lastModified) {
        throw new UnsupportedOperationException();
    }
}
