package io.sluice.cache.http;

import java.util.List;

/** Whether a shared cache may store a response. Durations are in microseconds. */
public sealed interface Storability {
    /**
     * It may.
     *
     * @param fresh its freshness lifetime, counted from when the origin made it: {@code initialAge} is part of it
     * @param initialAge the age it had when it was received (RFC 9111 §4.2.3)
     * @param vary request header names in lower case that select it
     */
    record Store(
            long fresh,
            long initialAge,
            long staleWhileRevalidate,
            long staleIfError,
            boolean mustRevalidate,
            List<String> vary)
            implements Storability {}

    /** It may not; why, as the {@code detail} of Cache-Status. */
    record No(String reason) implements Storability {}
}
