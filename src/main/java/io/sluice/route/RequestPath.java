package io.sluice.route;

import org.jspecify.annotations.Nullable;

/** What a request's path may be, and the normalised form that routes are matched on. */
public final class RequestPath {
    private RequestPath() {}

    /**
     * Refuses what two parties may read differently: {@code %00}, control bytes, dot segments (also encoded, also
     * encoded twice), broken percent-encoding, a path not in origin form.
     *
     * @param rawPath the path as it came, without the query
     * @return null when it is fine, else what is wrong with it, for the problem document
     */
    public static @Nullable String check(String rawPath) {
        throw new UnsupportedOperationException();
    }
}
